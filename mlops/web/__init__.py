"""Server-rendered pages and wizards, by noun."""

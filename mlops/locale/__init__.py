"""The product's words in other languages, and how they write dates and numbers."""

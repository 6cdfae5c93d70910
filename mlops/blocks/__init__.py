"""The built-in components: definitions that load at once, and functions on tables for step processes."""

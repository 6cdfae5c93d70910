"""The admin site at /admin/: the rows of every app to read, and changes by the product's own acts alone."""

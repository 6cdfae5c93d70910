"""The documentation in the product: the pages of docs/ as HTML with links between them, and search over them."""

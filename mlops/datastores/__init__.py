"""Where data lies outside the product: folders, object stores, HTTP and databases, by name, secrets sealed."""

"""Ways out of the product, one kind a file, with one conformance suite over all of them."""

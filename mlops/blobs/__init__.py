"""Content-addressed files: a blob is named by the SHA-256 of its bytes, a tree by the digest of its manifest."""

"""Pages by noun; each module ends with its routes."""

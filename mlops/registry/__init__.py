"""Models and their versions: what was trained, on what, how good it is, and who uses it."""

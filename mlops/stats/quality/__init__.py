"""What is wrong with values rather than with their distribution: missing, of another type, out of range, never seen
before, repeated; each as a share, 0-1, beside the baseline's, and with the chance of it in data like the baseline."""

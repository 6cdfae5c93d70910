"""A sweep's step: its trials are runs of their own, begun, judged and ended by looking at rows."""

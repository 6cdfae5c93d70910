"""One look at a window: every signal of an order against the baseline. A process of its own (`__main__`)."""

"""The governance report of a model version: all that is known of it, on paper, with a signed digest."""

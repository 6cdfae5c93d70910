"""Subscriptions: events out to receivers, at least once, in order of each subject, signed."""

"""Runs advance by looking: ready steps are claimed, dispatched to processes, and recorded."""

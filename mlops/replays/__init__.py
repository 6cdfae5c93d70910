"""Replays: recorded requests asked of two deployments or model versions, and the difference of their answers."""

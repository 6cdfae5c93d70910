"""Trials: which settings are tried, how each is judged, and what came of them."""

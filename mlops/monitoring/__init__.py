"""Monitors: what of a window of data is measured against which baseline, when, and what was found."""

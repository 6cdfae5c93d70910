"""Traces: what happened within a call of people's code, as a tree of timed spans, and what was said of it."""

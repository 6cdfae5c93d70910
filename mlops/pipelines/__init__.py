"""Frozen pipeline specs become runs: submit, clone, difference."""

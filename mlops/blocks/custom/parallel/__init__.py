"""Parallel jobs: an entry script called for each mini-batch of an input, by several processes of its environment."""

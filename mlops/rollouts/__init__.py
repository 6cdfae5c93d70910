"""Rollouts: a candidate takes an endpoint's traffic over step by step, while what it does is compared."""

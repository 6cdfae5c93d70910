"""Experiments, runs, steps, metrics, logs and artifacts: records of what happened."""

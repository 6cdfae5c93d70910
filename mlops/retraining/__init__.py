"""When a model is trained anew, and whether the new one may replace the old."""

"""Numbers about tables, columns and predictions: pure functions on Polars and numpy values."""

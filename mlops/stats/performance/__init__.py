"""How good a model's predictions are in one set of rows: measured by labels, or estimated without."""

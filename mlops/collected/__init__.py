"""What deployments were asked and answered: taken from their spools, kept as Parquet by UTC day, joined with labels."""

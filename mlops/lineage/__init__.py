"""Who made and used what: the graph of datasets, runs, models and deployments, and a model's story in time."""

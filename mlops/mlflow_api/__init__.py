"""MLflow's REST API, translated to acts on our runs, artifacts and models."""

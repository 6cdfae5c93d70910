"""See azureml.ai.monitoring."""

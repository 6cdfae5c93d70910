"""See azureml.contrib.services."""

"""Data collection is the deployment's business here, not the script's."""

from azureml._absent import absent
from azureml.monitoring import INSTEAD

__getattr__ = absent("azureml.ai.monitoring", {"Collector": INSTEAD})

"""Data collection is the deployment's business here, not the script's."""

from azureml._absent import absent

INSTEAD = "switch on data collection in the deployment's settings: requests and answers are recorded without code"
__getattr__ = absent("azureml.monitoring", {"ModelDataCollector": INSTEAD})

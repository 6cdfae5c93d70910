"""Of azureml.core a scoring script here needs `Model` alone: the rest speaks to a workspace that is not there."""

from azureml._absent import absent
from azureml.core.model import Model

__all__ = ["Model"]

INSTEAD = {
    "Workspace": "a deployment's script needs no workspace: its model is in the folder MLOPS_MODEL_DIR",
    "Run": "log with print() or the logging module, whose lines are in the deployment's log",
    "Experiment": "record experiments in a pipeline or a job, not in a scoring script",
    "Dataset": "put the files that the script reads into its code folder or into the model",
    "Datastore": "put the files that the script reads into its code folder or into the model",
    "Environment": "name the packages in the deployment's environment",
    "Webservice": "deployments are made with `mlops online-deployment create`",
    "Keyvault": "give secrets as environment variables of the deployment",
}
__getattr__ = absent("azureml.core", INSTEAD)

from django.apps import AppConfig


class MlflowApiConfig(AppConfig):
    name = "mlops.mlflow_api"
    label = "mlflow_api"

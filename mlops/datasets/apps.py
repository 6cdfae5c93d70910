from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    name = "mlops.datasets"
    label = "datasets"

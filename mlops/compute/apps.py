from django.apps import AppConfig


class ComputeConfig(AppConfig):
    name = "mlops.compute"
    label = "compute"

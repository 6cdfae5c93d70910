from django.apps import AppConfig


class ScansConfig(AppConfig):
    name = "mlops.scans"
    label = "scans"

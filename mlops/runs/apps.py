from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "mlops.runs"
    label = "runs"

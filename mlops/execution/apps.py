from django.apps import AppConfig


class ExecutionConfig(AppConfig):
    name = "mlops.execution"
    label = "execution"

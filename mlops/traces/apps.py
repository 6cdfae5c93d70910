from django.apps import AppConfig


class TracesConfig(AppConfig):
    name = "mlops.traces"
    label = "traces"

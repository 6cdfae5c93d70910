from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "mlops.imports"
    label = "imports"

from django.apps import AppConfig


class CollectedConfig(AppConfig):
    name = "mlops.collected"
    label = "collected"

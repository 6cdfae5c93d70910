from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "mlops.access"
    label = "access"

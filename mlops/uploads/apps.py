from django.apps import AppConfig


class UploadsConfig(AppConfig):
    name = "mlops.uploads"
    label = "uploads"

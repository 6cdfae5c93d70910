from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "mlops.work"
    label = "work"

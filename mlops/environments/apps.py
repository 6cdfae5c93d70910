from django.apps import AppConfig


class EnvironmentsConfig(AppConfig):
    name = "mlops.environments"
    label = "environments"

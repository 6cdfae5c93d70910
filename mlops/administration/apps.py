from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "mlops.administration"
    label = "administration"

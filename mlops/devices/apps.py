from django.apps import AppConfig


class DevicesConfig(AppConfig):
    name = "mlops.devices"
    label = "devices"

from django.apps import AppConfig


class BinConfig(AppConfig):
    name = "mlops.bin"
    label = "bin"

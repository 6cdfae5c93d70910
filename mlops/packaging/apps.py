from django.apps import AppConfig


class PackagingConfig(AppConfig):
    name = "mlops.packaging"
    label = "packaging"

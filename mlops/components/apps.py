from django.apps import AppConfig


class ComponentsConfig(AppConfig):
    name = "mlops.components"
    label = "components"

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "mlops.web"
    label = "web"

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "mlops.alerts"
    label = "alerts"

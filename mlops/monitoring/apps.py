from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "mlops.monitoring"
    label = "monitoring"

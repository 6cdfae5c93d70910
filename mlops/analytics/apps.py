from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "mlops.analytics"
    label = "analytics"

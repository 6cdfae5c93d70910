from django.apps import AppConfig


class TelemetryConfig(AppConfig):
    name = "mlops.telemetry"
    label = "telemetry"

from django.apps import AppConfig


class TelemetryConfig(AppConfig):
    name = "mlops.telemetry"
    label = "telemetry"

    def ready(self) -> None:
        import mlops.telemetry.measures  # noqa: F401 - it registers itself
        from mlops.telemetry import alerting

        alerting.register()

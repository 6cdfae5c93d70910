from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "mlops.alerts"
    label = "alerts"

    def ready(self) -> None:
        import mlops.alerts.measures  # noqa: F401 - it registers itself
        from mlops.alerts import server_metrics

        server_metrics.register()

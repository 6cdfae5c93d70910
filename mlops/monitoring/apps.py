from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "mlops.monitoring"
    label = "monitoring"

    def ready(self) -> None:
        import mlops.monitoring.measures  # noqa: F401 - it registers itself
        from mlops.monitoring import alerting, named_in

        named_in.register()
        alerting.register()

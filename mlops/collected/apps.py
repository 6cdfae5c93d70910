from django.apps import AppConfig


class CollectedConfig(AppConfig):
    name = "mlops.collected"
    label = "collected"

    def ready(self) -> None:
        import mlops.collected.measures  # noqa: F401 - it registers itself
        from mlops.collected import alerting

        alerting.register()

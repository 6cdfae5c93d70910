from django.apps import AppConfig


class TracesConfig(AppConfig):
    name = "mlops.traces"
    label = "traces"

    def ready(self) -> None:
        from mlops.traces import storage

        storage.register()

from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "mlops.runs"
    label = "runs"

    def ready(self) -> None:
        from mlops.runs import alerting

        alerting.register()

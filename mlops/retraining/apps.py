from django.apps import AppConfig


class RetrainingConfig(AppConfig):
    name = "mlops.retraining"
    label = "retraining"

    def ready(self) -> None:
        from mlops.retraining import alerting

        alerting.register()

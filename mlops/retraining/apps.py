from django.apps import AppConfig


class RetrainingConfig(AppConfig):
    name = "mlops.retraining"
    label = "retraining"

    def ready(self) -> None:
        from mlops.registry import usage
        from mlops.retraining import alerting, model_users

        alerting.register()
        usage.register(model_users.users)

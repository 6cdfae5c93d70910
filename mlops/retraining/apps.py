from django.apps import AppConfig


class RetrainingConfig(AppConfig):
    name = "mlops.retraining"
    label = "retraining"

    def ready(self) -> None:
        from mlops.registry import usage
        from mlops.retraining import alerting, model_users, named_in

        named_in.register()
        alerting.register()
        usage.register(model_users.users)

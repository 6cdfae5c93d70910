from django.apps import AppConfig


class RetrainingConfig(AppConfig):
    name = "mlops.retraining"
    label = "retraining"

    def ready(self) -> None:
        from mlops.registry import usage
        from mlops.retraining import alerting, departures, model_users, named_in

        departures.register()
        named_in.register()
        alerting.register()
        usage.register(model_users.users)

from django.apps import AppConfig


class ReplaysConfig(AppConfig):
    name = "mlops.replays"
    label = "replays"

    def ready(self) -> None:
        from mlops.registry import usage
        from mlops.replays import model_users

        usage.register(model_users.users)

from django.apps import AppConfig


class PackagingConfig(AppConfig):
    name = "mlops.packaging"
    label = "packaging"

    def ready(self) -> None:
        from mlops.packaging import model_users
        from mlops.registry import usage

        usage.register(model_users.users)

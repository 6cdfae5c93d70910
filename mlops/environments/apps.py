from django.apps import AppConfig


class EnvironmentsConfig(AppConfig):
    name = "mlops.environments"
    label = "environments"

    def ready(self) -> None:
        from mlops.environments import binned, sharing, storage

        binned.register()
        sharing.register()
        storage.register()

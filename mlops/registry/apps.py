from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "mlops.registry"
    label = "registry"

    def ready(self) -> None:
        from mlops.registry import dataset_users, run_users

        dataset_users.register()
        run_users.register()

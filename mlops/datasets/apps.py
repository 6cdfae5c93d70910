from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    name = "mlops.datasets"
    label = "datasets"

    def ready(self) -> None:
        from mlops.datasets import binned, datastore_users
        from mlops.datastores import usage

        binned.register()
        usage.register(datastore_users.users)

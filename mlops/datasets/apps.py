from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    name = "mlops.datasets"
    label = "datasets"

    def ready(self) -> None:
        from mlops.datasets import binned, datastore_users, sharing, storage
        from mlops.datastores import usage

        binned.register()
        sharing.register()
        storage.register()
        usage.register(datastore_users.users)

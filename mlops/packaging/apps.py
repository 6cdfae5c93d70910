from django.apps import AppConfig


class PackagingConfig(AppConfig):
    name = "mlops.packaging"
    label = "packaging"

    def ready(self) -> None:
        from mlops.datasets import usage as of_datasets
        from mlops.packaging import dataset_users, model_users
        from mlops.registry import usage

        of_datasets.register(dataset_users.users)
        usage.register(model_users.users)

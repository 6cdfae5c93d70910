from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    name = "mlops.datasets"
    label = "datasets"

    def ready(self) -> None:
        from mlops.datasets import binned

        binned.register()

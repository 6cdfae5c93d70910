from django.apps import AppConfig


class UploadsConfig(AppConfig):
    name = "mlops.uploads"
    label = "uploads"

    def ready(self) -> None:
        from mlops.uploads import storage

        storage.register()

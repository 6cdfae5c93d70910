from django.apps import AppConfig


class ComponentsConfig(AppConfig):
    name = "mlops.components"
    label = "components"

    def ready(self) -> None:
        from mlops.components import binned, environment_uses, sharing, storage

        binned.register()
        sharing.register()
        environment_uses.register()
        storage.register()

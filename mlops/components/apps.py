from django.apps import AppConfig


class ComponentsConfig(AppConfig):
    name = "mlops.components"
    label = "components"

    def ready(self) -> None:
        from mlops.components import environment_uses

        environment_uses.register()

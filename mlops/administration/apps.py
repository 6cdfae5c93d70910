from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "mlops.administration"
    label = "administration"

    def ready(self) -> None:
        from mlops.administration.system import telling

        telling.register()

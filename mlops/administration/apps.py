from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "mlops.administration"
    label = "administration"

    def ready(self) -> None:
        import mlops.administration.measures  # noqa: F401 - it registers itself
        from mlops.administration.system import telling

        telling.register()

from django.apps import AppConfig


class PipelinesConfig(AppConfig):
    name = "mlops.pipelines"
    label = "pipelines"

    def ready(self) -> None:
        from mlops.pipelines import run_users

        run_users.register()

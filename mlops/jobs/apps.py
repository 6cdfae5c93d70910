from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "mlops.jobs"
    label = "jobs"

    def ready(self) -> None:
        from mlops.jobs import graphs

        graphs.register()

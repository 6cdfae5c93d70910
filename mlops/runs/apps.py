from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "mlops.runs"
    label = "runs"

    def ready(self) -> None:
        from mlops.bin import shelves
        from mlops.runs import alerting, environment_uses, job_outputs
        from mlops.runs.shelf import RunShelf

        shelves.register(RunShelf())
        alerting.register()
        job_outputs.register()
        environment_uses.register()

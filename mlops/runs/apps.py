from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "mlops.runs"
    label = "runs"

    def ready(self) -> None:
        from mlops.bin import shelves
        from mlops.runs import alerting, environment_uses, job_outputs, old_runs, places, sharing, storage
        from mlops.runs.shelf import RunShelf

        shelves.register(RunShelf())
        old_runs.register()
        alerting.register()
        job_outputs.register()
        places.register()
        environment_uses.register()
        storage.register()
        sharing.register()

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "mlops.jobs"
    label = "jobs"

    def ready(self) -> None:
        from mlops.datasets import outputs
        from mlops.jobs.outputs import find_output

        outputs.register(find_output)

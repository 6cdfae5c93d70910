from django.apps import AppConfig


class ExplanationsConfig(AppConfig):
    name = "mlops.explanations"
    label = "explanations"

    def ready(self) -> None:
        from mlops.datasets import usage as of_datasets
        from mlops.explanations import served, users
        from mlops.packaging import served_besides
        from mlops.registry import usage

        of_datasets.register(users.of_dataset)
        usage.register(users.of_model)
        served_besides.register(served.lay_out)

from django.apps import AppConfig


class ExplanationsConfig(AppConfig):
    name = "mlops.explanations"
    label = "explanations"

    def ready(self) -> None:
        from mlops.datasets import usage as of_datasets
        from mlops.explanations import of_trained, reported, served, users
        from mlops.packaging import served_besides
        from mlops.registry import report_parts, usage
        from mlops.runs import step_ends

        of_datasets.register(users.of_dataset)
        usage.register(users.of_model)
        report_parts.register(reported.parts)
        served_besides.register(served.lay_out)
        step_ends.register(of_trained.explain_trained)

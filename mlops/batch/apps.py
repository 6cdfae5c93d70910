from django.apps import AppConfig


class BatchConfig(AppConfig):
    name = "mlops.batch"
    label = "batch"

    def ready(self) -> None:
        from mlops.batch import queries
        from mlops.components import usage as of_components
        from mlops.registry import usage

        usage.register(queries.users_of)
        of_components.register(queries.uses_of_component)

from django.apps import AppConfig


class BatchConfig(AppConfig):
    name = "mlops.batch"
    label = "batch"

    def ready(self) -> None:
        from mlops.batch import model_users, queries, quotas, storage
        from mlops.components import usage as of_components
        from mlops.registry import usage

        usage.register(model_users.users)
        of_components.register(queries.uses_of_component)
        quotas.register()
        storage.register()

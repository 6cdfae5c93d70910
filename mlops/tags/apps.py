from django.apps import AppConfig


class TagsConfig(AppConfig):
    name = "mlops.tags"
    label = "tags"

    def ready(self) -> None:
        from mlops.tags import lookups

        lookups.register()

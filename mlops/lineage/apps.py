from django.apps import AppConfig


class LineageConfig(AppConfig):
    name = "mlops.lineage"
    label = "lineage"

    def ready(self) -> None:
        from mlops.lineage.mentions import writing

        writing.begin()

from django.apps import AppConfig


class LineageConfig(AppConfig):
    name = "mlops.lineage"
    label = "lineage"

    def ready(self) -> None:
        from mlops.alerts import envelopes
        from mlops.lineage.mentions import writing
        from mlops.lineage.openlineage.events import of_event
        from mlops.lineage.serving import recording

        writing.begin()
        recording.begin()
        envelopes.register("openlineage", of_event)

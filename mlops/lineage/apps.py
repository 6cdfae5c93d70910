from django.apps import AppConfig


class LineageConfig(AppConfig):
    name = "mlops.lineage"
    label = "lineage"

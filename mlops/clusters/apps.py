from django.apps import AppConfig


class ClustersConfig(AppConfig):
    name = "mlops.clusters"
    label = "clusters"

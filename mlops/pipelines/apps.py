from django.apps import AppConfig


class PipelinesConfig(AppConfig):
    name = "mlops.pipelines"
    label = "pipelines"

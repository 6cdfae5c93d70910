from django.apps import AppConfig


class ReplaysConfig(AppConfig):
    name = "mlops.replays"
    label = "replays"

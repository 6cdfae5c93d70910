from django.apps import AppConfig


class TagsConfig(AppConfig):
    name = "mlops.tags"
    label = "tags"

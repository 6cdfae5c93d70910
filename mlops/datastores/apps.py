from django.apps import AppConfig


class DatastoresConfig(AppConfig):
    name = "mlops.datastores"
    label = "datastores"

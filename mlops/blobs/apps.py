from django.apps import AppConfig


class BlobsConfig(AppConfig):
    name = "mlops.blobs"
    label = "blobs"

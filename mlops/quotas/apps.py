from django.apps import AppConfig


class QuotasConfig(AppConfig):
    name = "mlops.quotas"
    label = "quotas"

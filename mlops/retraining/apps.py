from django.apps import AppConfig


class RetrainingConfig(AppConfig):
    name = "mlops.retraining"
    label = "retraining"

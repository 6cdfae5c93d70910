from django.apps import AppConfig


class ExplanationsConfig(AppConfig):
    name = "mlops.explanations"
    label = "explanations"

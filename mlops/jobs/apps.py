from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "mlops.jobs"
    label = "jobs"

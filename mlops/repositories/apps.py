from django.apps import AppConfig


class RepositoriesConfig(AppConfig):
    name = "mlops.repositories"
    label = "repositories"

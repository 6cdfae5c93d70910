from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "mlops.accounts"
    label = "accounts"

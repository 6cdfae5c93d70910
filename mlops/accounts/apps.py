from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "mlops.accounts"
    label = "accounts"

    def ready(self) -> None:
        from mlops.accounts import own_things, sessions  # noqa: F401 - hears who signs in

        own_things.register()

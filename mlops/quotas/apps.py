from django.apps import AppConfig


class QuotasConfig(AppConfig):
    name = "mlops.quotas"
    label = "quotas"

    def ready(self) -> None:
        from mlops.quotas import storage  # noqa: F401 - it registers its kind

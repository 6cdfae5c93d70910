from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "mlops.events"
    label = "events"

    def ready(self) -> None:
        from mlops.events import lasting

        lasting.register()

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "mlops.events"
    label = "events"

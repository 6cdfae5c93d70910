from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "mlops.web"
    label = "web"

    def ready(self) -> None:
        from mlops.web import alert_subjects, departures

        alert_subjects.register()
        departures.register()

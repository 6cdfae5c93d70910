from django.apps import AppConfig
from django.utils.translation import gettext, pgettext

from mlops.formats.spoken import speak_through


class AccessConfig(AppConfig):
    name = "mlops.access"
    label = "access"

    def ready(self) -> None:
        speak_through(gettext, pgettext)

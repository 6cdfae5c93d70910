"""The mail to administrators about a regular job that fails. A server without mail shows it on its pages alone."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _

from mlops import env
from mlops.access import mail
from mlops.access.language import language_of


def mail_failing(name: str, failures: int, error: str) -> None:
    """To each administrator with an address, in their language."""
    if not mail.is_set_up():
        return
    for person in User.objects.filter(is_superuser=True, is_active=True).exclude(email=""):
        with translation.override(language_of(person) or "en"):
            subject = _("The regular job %s fails again and again") % name
            said = _("It failed %(count)d times in a row, last with: %(error)s") % {"count": failures, "error": error}
            link = f"{env.read('MLOPS_URL').rstrip('/')}/system/jobs/"
            body = format_html("<p>{}</p><p><a href='{}'>{}</a></p>", said, link, link)
            mail.hand_over([person.email], subject, f"{said}\n\n{link}\n", body, {})

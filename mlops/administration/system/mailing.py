"""Mails to administrators about a regular job that fails, or a part of the server that is bad. A server without mail
shows it on its pages alone."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _

from mlops import env
from mlops.access import mail
from mlops.access.language import language_of
from mlops.access.retold import retold
from mlops.administration.health.parts import BY_KEY
from mlops.administration.models import HealthPart


def mail_failing(name: str, failures: int, error: str) -> None:
    def told() -> tuple[str, str]:
        said = _("It failed %(count)d times in a row, last with: %(error)s") % {"count": failures, "error": error}
        return _("The regular job %s fails again and again") % name, said

    _mail(told, page="/system/jobs/")


def mail_health(key: str) -> None:
    """Nothing where the part is well again by now."""
    row = HealthPart.objects.filter(pk=key).exclude(told_at=None).first()
    if row is None or not row.findings or not (part := BY_KEY.get(key)):
        return
    worst = row.findings[0]

    def told() -> tuple[str, str]:
        subject = _("%(part)s: needs a hand") % {"part": part.title}
        parts = (f"{worst['what']}:" if worst["what"] else "", retold(worst["why"]), retold(worst["remedy"]))
        return subject, " ".join(one for one in parts if one)

    _mail(told, page="/system/health/")


def _mail(told: Callable[[], tuple[str, str]], *, page: str) -> None:
    """To each administrator with an address, in their language. `told`: subject and text."""
    if not mail.is_set_up():
        return
    for person in User.objects.filter(is_superuser=True, is_active=True).exclude(email=""):
        with translation.override(language_of(person) or "en"):
            subject, said = told()
            link = f"{env.read('MLOPS_URL').rstrip('/')}{page}"
            body = format_html("<p>{}</p><p><a href='{}'>{}</a></p>", said, link, link)
            mail.hand_over([person.email], subject, f"{said}\n\n{link}\n", body, {})

"""The mails of signing in: an invitation, and a link for who forgot the password. Text, with one link."""

from __future__ import annotations

from django.utils.html import escape, linebreaks
from django.utils.translation import gettext as _

from mlops.access import mail


def send_invitation(email: str, *, by: str, project: str, link: str) -> None:
    """Raises Refusal `mail_not_set_up`, `mail_refused`."""
    where = _("the project “%s” of MLOps Studio") % project if project else "MLOps Studio"
    subject = _("%(by)s invites you to %(where)s") % {"by": by, "where": where}
    _send(email, subject, _("Follow this link to accept:"), link)


def send_reset(email: str, *, name: str, link: str) -> None:
    """Raises Refusal `mail_not_set_up`, `mail_refused`."""
    text = _("Somebody asked for a new password for “%s”. If it was you, follow this link; else leave this mail alone.")
    _send(email, _("A new password for MLOps Studio"), text % name, link)


def _send(to: str, subject: str, text: str, link: str) -> None:
    body = f"{text}\n\n{link}\n"
    html = f'{linebreaks(escape(text))}<p><a href="{escape(link)}">{escape(link)}</a></p>'
    mail.hand_over([to], subject, body, html, {"Auto-Submitted": "auto-generated"})

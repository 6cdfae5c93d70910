"""The mails of signing in: an invitation, a link for who forgot the password, and what changed in an account. Text,
with one link and why one gets it."""

from __future__ import annotations

from django.utils.html import escape, linebreaks
from django.utils.translation import gettext as _

from mlops.access import mail


def send_invitation(email: str, *, by: str, project: str, link: str) -> None:
    """Raises Refusal `mail_not_set_up`, `mail_refused`."""
    where = _("the project “%s” of MLOps Studio") % project if project else "MLOps Studio"
    subject = _("%(by)s invites you to %(where)s") % {"by": by, "where": where}
    why = _("You get this because %(by)s typed this address into an invitation. If you do not know them, do nothing.")
    _send(email, subject, _("Follow this link to accept:"), link, why % {"by": by})


def send_reset(email: str, *, name: str, link: str) -> None:
    """Raises Refusal `mail_not_set_up`, `mail_refused`."""
    text = _("Somebody asked for a new password for “%s”. If it was you, follow this link; else leave this mail alone.")
    why = _("You get this because somebody typed this name or address on the sign-in page.")
    _send(email, _("A new password for MLOps Studio"), text % name, link, why)


def send_news(email: str, *, name: str, lines: list[str], link: str) -> None:
    """Raises Refusal `mail_not_set_up`, `mail_refused`."""
    head = _("This changed in your account “%(name)s” of MLOps Studio:") % {"name": name}
    ask = _("If that was not you, change your password there, end the other sessions and tell an administrator:")
    why = _("You get this because your account or your roles changed. It cannot be switched off.")
    _send(email, _("Changes to your account of MLOps Studio"), "\n\n".join([head, *lines, ask]), link, why)


def _send(to: str, subject: str, text: str, link: str, why: str) -> None:
    body = f"{text}\n\n{link}\n\n{why}\n"
    html = f'{linebreaks(escape(text))}<p><a href="{escape(link)}">{escape(link)}</a></p>{linebreaks(escape(why))}'
    mail.hand_over([to], subject, body, html, {"Auto-Submitted": "auto-generated"})

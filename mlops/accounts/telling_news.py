"""Mails people what changed in their account and their roles."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from mlops.access import mail
from mlops.access.language import language_of
from mlops.access.origins import link_to
from mlops.accounts import mailing, security_news
from mlops.accounts.models import SecurityNews
from mlops.events.models import Event
from mlops.formats.refusal import Refusal


def tell() -> None:
    """One mail for each person who is to be told something now."""
    if not mail.is_set_up():
        security_news.pass_over()
        return
    security_news.gather()
    security_news.forget()
    for person_id in security_news.due():
        rows = security_news.claim(person_id)
        if rows:
            _tell(User.objects.get(pk=person_id), rows)


def address_of(person: User) -> str:
    """The one that was shown to be theirs; empty where there is none."""
    known = EmailAddress.objects.filter(user=person, verified=True, primary=True)
    return known.values_list("email", flat=True).first() or ""


def _tell(person: User, rows: list[SecurityNews]) -> None:
    address = address_of(person)
    if not address:
        security_news.settle(rows, is_sent=False, reason=_("There is no confirmed address."), is_final=True)
        return
    with translation.override(language_of(person) or "en"):
        try:
            mailing.send_news(address, name=person.get_username(), lines=_lines(person, rows), link=_link())
        except Refusal as refusal:
            is_final = refusal.status < 500
            security_news.settle(rows, is_sent=False, reason=refusal.message, is_final=is_final)
            return
    security_news.settle(rows, is_sent=True)


def _link() -> str:
    return link_to(reverse("accounts:settings"))


def _lines(person: User, rows: list[SecurityNews]) -> list[str]:
    events = Event.objects.filter(seq__in=[row.seq for row in rows]).select_related("project").order_by("seq")
    return [_line(person, event) for event in events]


def _line(person: User, event: Event) -> str:
    what = f"{event.at:%Y-%m-%d %H:%M} UTC: {security_news.SAID[event.type](event)}"
    if event.actor_id not in (None, person.pk):
        return f"{what} {_('By %(by)s.') % {'by': event.actor_name}}"
    if address := event.via.get("address"):
        return f"{what} {_('From the address %(address)s.') % {'address': address}}"
    return what

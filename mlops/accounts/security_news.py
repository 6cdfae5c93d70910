"""What is told by mail of a change to somebody's account or roles, read from the events.

What a person does by page is told at once. Programs do much in a row, and others act on people in bulk: of what
somebody else or a program does, one person gets one mail an hour, which tells all of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.accounts.models import NewsMark, NewsState, SecurityNews
from mlops.events.models import Event
from mlops.events.queries import newest_seq

MOST_EVENTS = 1000
QUIET = timedelta(hours=1)
KEPT = timedelta(days=90)
FIRST_WAIT, MOST_TRIES = timedelta(minutes=1), 6
PAGE = "page"

Said = Callable[[Event], str]


def _factor(event: Event, *, app: str, passkey: str) -> str:
    return passkey % {"name": event.data.get("name", "")} if event.data.get("kind") == "passkey" else app


def _added(event: Event) -> str:
    passkey = _("The passkey “%(name)s” was added.")
    return _factor(event, app=_("An app was set up as second factor."), passkey=passkey)


def _removed(event: Event) -> str:
    passkey = _("The passkey “%(name)s” was removed.")
    return _factor(event, app=_("The second factor was taken off."), passkey=passkey)


def _rank(event: Event) -> str:
    if event.data.get("administrator"):
        return _("The account is one of an administrator now.")
    return _("The account is not one of an administrator any more.")


def _role_given(event: Event) -> str:
    names = {"role": event.data.get("role", ""), "project": event.project.name if event.project else event.subject}
    return _("You have the role “%(role)s” in the project “%(project)s” now.") % names


def _role_taken(event: Event) -> str:
    name = event.project.name if event.project else event.subject
    return _("You have no role of your own in the project “%(project)s” any more.") % {"project": name}


def _group(event: Event) -> str:
    group = {"group": event.subject.removeprefix("groups/")}
    if event.type.endswith("added"):
        return _("You are in the group “%(group)s” now, with its roles.") % group
    return _("You are not in the group “%(group)s” any more, nor have its roles.") % group


def _way(event: Event) -> str:
    return _("Somebody signed in by a way that was not used before: %(way)s.") % {"way": event.data.get("by", "")}


SAID: dict[str, Said] = {
    "mlops.account.password_changed": lambda _event: _("The password was changed."),
    "mlops.account.factor_added": _added,
    "mlops.account.factor_removed": _removed,
    "mlops.account.codes_renewed": lambda _event: _("New recovery codes were made."),
    "mlops.account.rank_changed": _rank,
    "mlops.account.connected": lambda event: (
        _("An account of “%(provider)s” became a way to sign in.") % {"provider": event.data.get("provider", "")}
    ),
    "mlops.account.signed_in": _way,
    "mlops.token.created": lambda event: _("The token “%(name)s” was made.") % {"name": event.data.get("name", "")},
    "mlops.project.role_given": _role_given,
    "mlops.project.person_removed": _role_taken,
    "mlops.group.person_added": _group,
    "mlops.group.person_removed": _group,
}
ROLES = tuple(one for one in SAID if one.startswith(("mlops.project.", "mlops.group.")))
"""Of these one knows what one did oneself, such as making a project."""


def gather() -> None:
    """Writes down of which events since the last look somebody is to be told. May run twice at once."""
    mark, is_new = NewsMark.objects.get_or_create(pk=1, defaults={"seq": newest_seq()})
    if is_new:
        return
    rows = Event.objects.filter(seq__gt=mark.seq).order_by("seq")
    last = max(rows.values_list("seq", flat=True)[:MOST_EVENTS], default=mark.seq)
    if last == mark.seq:
        return
    told = rows.filter(seq__lte=last, type__in=SAID).select_related("actor")
    found = [(event, name) for event in told if (name := _whom(event))]
    people = {one.get_username(): one for one in User.objects.filter(username__in=[name for _event, name in found])}
    now = timezone.now()
    news = [
        SecurityNews(person=people[name], seq=event.seq, is_urgent=_is_urgent(event, people[name]), next_at=now)
        for event, name in found
        if name in people and _concerns(event, people[name])
    ]
    with transaction.atomic():
        if NewsMark.objects.filter(pk=1, seq=mark.seq).update(seq=last):
            SecurityNews.objects.bulk_create(news)


def pass_over() -> None:
    """A server that sends no mail tells nothing later of what happened until then."""
    seq = newest_seq()
    mark, _is_new = NewsMark.objects.get_or_create(pk=1, defaults={"seq": seq})
    if mark.seq != seq:
        NewsMark.objects.filter(pk=1).update(seq=seq)


def forget() -> None:
    settled = SecurityNews.objects.exclude(state=NewsState.WAITING)
    settled.filter(at__lt=timezone.now() - KEPT).delete()


def due() -> list[int]:
    """Ids of the people to be told something now."""
    now = timezone.now()
    waiting = SecurityNews.objects.filter(state=NewsState.WAITING, next_at__lte=now)
    quiet = SecurityNews.objects.filter(state=NewsState.SENT, is_urgent=False, at__gt=now - QUIET)
    urgent, rest = waiting.filter(is_urgent=True), waiting.exclude(person__in=quiet.values("person"))
    return sorted({*urgent.values_list("person", flat=True), *rest.values_list("person", flat=True)})


def claim(person_id: int) -> list[SecurityNews]:
    """All that waits for the person, for one mail; none where another worker is at it."""
    now = timezone.now()
    with transaction.atomic():
        rows = SecurityNews.objects.select_for_update(no_key=True).filter(
            person=person_id, state=NewsState.WAITING, next_at__lte=now
        )
        claimed = []
        for row in rows.order_by("seq"):
            until = now + FIRST_WAIT * 2**row.tries
            unclaimed = SecurityNews.objects.filter(pk=row.pk, tries=row.tries, state=NewsState.WAITING)
            if unclaimed.update(tries=row.tries + 1, next_at=until):
                row.tries += 1
                claimed.append(row)
    return claimed


def settle(rows: list[SecurityNews], *, is_sent: bool, reason: str = "", is_final: bool = False) -> None:
    keys = [row.pk for row in rows]
    if is_sent:
        state = NewsState.SENT
    elif is_final or max(row.tries for row in rows) >= MOST_TRIES:
        state = NewsState.FAILED
    else:
        state = NewsState.WAITING
    found = SecurityNews.objects.filter(pk__in=keys)
    found.update(state=state, reason=reason[:500], at=timezone.now())


def _whom(event: Event) -> str:
    if event.type in ROLES:
        return str(event.data.get("user", ""))
    if event.type == "mlops.token.created":
        return str(event.data.get("of", "")) or event.actor_name
    return event.subject.removeprefix("people/")


def _concerns(event: Event, person: Any) -> bool:
    if event.type in ROLES:
        return bool(event.actor_id != person.pk)
    return event.type != "mlops.account.signed_in" or _is_new_way(event)


def _is_new_way(event: Event) -> bool:
    """The very first sign-in is none: there was no other way before."""
    before = Event.objects.filter(type=event.type, subject=event.subject, seq__lt=event.seq)
    return before.exists() and not before.filter(data__by=event.data.get("by", "")).exists()


def _is_urgent(event: Event, person: Any) -> bool:
    return bool(event.actor_id == person.pk and event.via.get("door") == PAGE)

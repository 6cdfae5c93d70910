"""Sends what is due, sink by sink, so that a slow one delays no other; tries again what did not arrive.

A notification is claimed by a conditional update with a lease: many workers may look, and one that is killed leaves
its claim to the next. It may thus be sent twice, with the same id, and is never lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.alerts.channels.attempts import note_attempt
from mlops.alerts.models import AlertEntry, Notification, NotificationState, Way
from mlops.alerts.telling.delivering import deliver
from mlops.alerts.telling.obstacles import obstacle
from mlops.events.chain import notify
from mlops.work import shared_clock

LEASE = timedelta(seconds=90)
MOST_AT_ONCE = 25
MOST_SINGLE, MOST_IN_SUMMARY = 10, 200
BACK_OFF = (30, 120, 600, 1800)
"""Seconds after the first failures; then an hour each."""
MOST_ATTEMPTS = 28
"""A bit more than a day."""
WAITING, SENDING = NotificationState.WAITING, NotificationState.SENDING


def due_sinks(now: datetime) -> list[str]:
    """Those with something to send that nobody sends to at this moment."""
    rows = Notification.objects.filter(_due(now) | Q(state=SENDING)).order_by("due_at")
    sinks, busy = {}, set()
    for row in rows.only("state", "lease_until", "way", "channel_id", "person_id", "alert_id", "address")[:2000]:
        if row.state == SENDING and row.lease_until is not None and row.lease_until > now:
            busy.add(sink_of(row))
        else:
            sinks[sink_of(row)] = True
    return [sink for sink in sinks if sink not in busy]


def sink_of(row: Notification) -> str:
    if row.way == Way.CHANNEL:
        return f"channel:{row.channel_id}"
    if row.address:
        return f"address:{row.address}"
    return f"email:{row.person_id}" if row.way == Way.EMAIL else f"act:{row.alert_id}"


def send_to(sink: str, now: datetime | None = None) -> int:
    """How many arrived. The first failure that may pass ends it: the sink is asked again later."""
    arrived = 0
    _gather_storm(sink, now or shared_clock.now())
    for _turn in range(MOST_AT_ONCE):
        moment = now or shared_clock.now()
        first = _rows(sink).filter(_due(moment)).order_by("due_at", "created_at").first()
        if first is None:
            break
        taken = _claim(first, moment)
        ready = [row for row in taken if not _is_dropped(row, moment)]
        if not ready:
            continue
        if not _attempt(sink, ready, moment):
            break
        arrived += len(ready)
    return arrived


def _gather_storm(sink: str, now: datetime) -> None:
    """Many at once become one summary: people read it, and services refuse floods. Programs get each by itself."""
    loose = _rows(sink).filter(state=WAITING, due_at__lte=now, digest="").exclude(way=Way.ACT)
    storm = list(loose.exclude(channel__kind="webhook").values_list("pk", flat=True)[:MOST_IN_SUMMARY])
    if len(storm) > MOST_SINGLE:
        name = f"storm:{sink}"[:90]
        Notification.objects.filter(pk__in=storm, state=WAITING).update(digest=f"{name}:{now:%Y%m%dT%H%M%S}")


def _due(now: datetime) -> Q:
    return Q(state=WAITING, due_at__lte=now) | Q(state=SENDING, lease_until__lt=now)


def _rows(sink: str) -> QuerySet[Notification]:
    what, _colon, key = sink.partition(":")
    way = {"channel": Way.CHANNEL, "email": Way.EMAIL, "address": Way.EMAIL, "act": Way.ACT}[what]
    column = {"channel": "channel", "email": "person", "address": "address", "act": "alert"}[what]
    return Notification.objects.filter(way=way, **{column: key})


def _claim(first: Notification, now: datetime) -> list[Notification]:
    """With the others of its summary."""
    together = Notification.objects.filter(digest=first.digest) if first.digest else Notification.objects.none()
    keys = [first.pk, *together.filter(_due(now)).exclude(pk=first.pk).values_list("pk", flat=True)]
    taken = [
        key
        for key in keys
        if Notification.objects.filter(_due(now), pk=key).update(
            state=SENDING, lease_until=now + LEASE, attempts=F("attempts") + 1
        )
    ]
    rows = Notification.objects.filter(pk__in=taken).order_by("created_at")
    return list(rows.select_related("alert__rule__owner", "alert__project", "channel", "person"))


def _is_dropped(row: Notification, now: datetime) -> bool:
    found = obstacle(row, now)
    if found is None:
        return False
    state = NotificationState.DROPPED if found.until is None else WAITING
    values = {"state": state, "reason": found.why, "due_at": found.until or row.due_at, "lease_until": None}
    Notification.objects.filter(pk=row.pk, state=SENDING).update(**values)
    return True


def _attempt(sink: str, rows: list[Notification], now: datetime) -> bool:
    sent = deliver(rows)
    keys = [row.pk for row in rows]
    claimed = Notification.objects.filter(pk__in=keys, state=SENDING)
    answer = sent.text[:2000]
    with transaction.atomic():
        if sent.is_ok:
            claimed.update(
                state=NotificationState.SENT, sent_at=timezone.now(), answer=answer, reason="", lease_until=None
            )
            _note(rows, "acted" if rows[0].way == Way.ACT else "told", answer if rows[0].way == Way.ACT else "", now)
        elif sent.is_final or rows[0].attempts >= MOST_ATTEMPTS:
            claimed.update(
                state=NotificationState.FAILED, answer=answer, reason=_("It cannot arrive."), lease_until=None
            )
            _note(rows, "failed", answer, now)
        else:
            wait = sent.retry_after or back_off(rows[0].attempts)
            reason = _("Attempt %(attempts)s failed; it is tried again.") % {"attempts": rows[0].attempts}
            claimed.update(state=WAITING, answer=answer, reason=reason, due_at=now + wait, lease_until=None)
            _rows(sink).filter(state=WAITING, due_at__lt=now + wait).update(due_at=now + wait)
        if rows[0].channel is not None:
            note_attempt(rows[0].channel, sent, now)
    return sent.is_ok or sent.is_final


def back_off(attempts: int) -> timedelta:
    return timedelta(seconds=BACK_OFF[attempts - 1] if attempts <= len(BACK_OFF) else 3600)


def _note(rows: list[Notification], kind: str, text: str, now: datetime) -> None:
    for row in rows:
        whom = row.channel.name if row.channel else row.person.get_username() if row.person else row.address
        said = whom if row.channel or not whom else f"{whom} {Way(row.way).label}"
        line = ": ".join(part for part in (said, text) if part)
        AlertEntry.objects.create(alert=row.alert, at=timezone.now(), kind=kind, text=line)
        notify("alert", str(row.alert_id), project=row.alert.project)

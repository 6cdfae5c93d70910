"""Whom one move of an alert concerns: a notification for each channel and for each way of each person.

Runs in the transaction that moves the alert, so that neither exists without the other; sending comes after."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from mlops.alerts.models import Alert, AlertEntry, AlertState, Channel, Notification, NotificationState, Rule, Way
from mlops.alerts.models.rule import Severity
from mlops.alerts.telling.muting import for_all, for_person, running_mutes
from mlops.alerts.telling.preferences import preference_of, ways_of
from mlops.alerts.telling.recipients import people_told
from mlops.alerts.telling.timing import end_of_quiet, next_digest

MOST_NAMED = 20


def plan(alert: Alert, what: str, now: datetime) -> None:
    """`what` is fired, repeated or resolved."""
    rule = alert.rule
    if rule is None or (what == "resolved" and not _is_end_told(rule, alert)):
        return
    mutes = running_mutes(alert, now)
    muted = for_all(mutes)
    if what == "fired":
        _act(rule, alert, now)
    if muted is not None:
        _stay_silent(alert, what, muted.until, muted.reason, now)
        return
    _tell(rule, alert, what, mutes, now)
    again = now + timedelta(seconds=rule.repeat_seconds) if rule.repeat_seconds else None
    is_firing = alert.state == AlertState.FIRING
    Alert.objects.filter(pk=alert.pk).update(round=alert.round + 1, tell_at=again if is_firing else None)


def _is_end_told(rule: Rule, alert: Alert) -> bool:
    """The end of what nobody was told of is no news."""
    return rule.tells_resolved and alert.round > 0


def _stay_silent(alert: Alert, what: str, until: datetime, reason: str, now: datetime) -> None:
    """What still fires when the mute is over is told then."""
    if what == "resolved":
        return
    Alert.objects.filter(pk=alert.pk).update(tell_at=until)
    text = f"Nobody is told until {until:%Y-%m-%d %H:%M} UTC. {reason}".strip()
    AlertEntry.objects.create(alert=alert, at=now, kind="muted", text=text)


def _tell(rule: Rule, alert: Alert, what: str, mutes: list[Any], now: datetime) -> None:
    for channel in rule.channels.filter(is_enabled=True):
        _add(alert, what, Way.CHANNEL, now, channel=channel)
    _tell_named(alert, what, now)
    for person in people_told(rule, alert):
        if for_person(mutes, person) is None:
            _tell_person(alert, what, person, now)


def _tell_named(alert: Alert, what: str, now: datetime) -> None:
    """Addresses in the event's own data, as a monitor's definition gives them: once for each event, whichever rules
    it raises."""
    named = alert.data.get("emails")
    if what == "repeated" or not isinstance(named, list):
        return
    for address in dict.fromkeys(str(one) for one in named[:MOST_NAMED]):
        Notification.objects.get_or_create(
            key=f"{what}:{alert.event_id}:{address}"[:200],
            defaults={"alert": alert, "what": what, "way": Way.EMAIL, "address": address, "due_at": now},
        )


def _tell_person(alert: Alert, what: str, person: Any, now: datetime) -> None:
    preference = preference_of(person)
    for way, channel in ways_of(preference, alert):
        due, why, digest = now, "", ""
        if way != Way.IN_APP:
            due, why, digest = _when(preference, alert, way, channel, now)
        _add(alert, what, way, due, channel=channel, person=person, reason=why, digest=digest, now=now)


def _when(preference: Any, alert: Alert, way: Way, channel: Channel | None, now: datetime) -> tuple[datetime, str, str]:
    """(due, why it waits, name of the summary that it belongs to)."""
    is_urgent = alert.severity == Severity.CRITICAL and preference.critical_breaks_quiet
    if is_urgent:
        return now, "", ""
    summary = next_digest(preference, now)
    if summary is not None:
        to = str(channel.pk) if channel else way.value
        return summary, "waits for the summary", f"{preference.person_id}:{to}:{summary:%Y%m%dT%H%M}"
    quiet = end_of_quiet(preference, now)
    return (quiet, "waits for the end of the quiet hours", "") if quiet else (now, "", "")


def _act(rule: Rule, alert: Alert, now: datetime) -> None:
    if rule.act:
        _add(alert, "fired", Way.ACT, now)


def _add(
    alert: Alert,
    what: str,
    way: Way,
    due: datetime,
    *,
    channel: Channel | None = None,
    person: Any = None,
    reason: str = "",
    digest: str = "",
    now: datetime | None = None,
) -> None:
    to = f"{person.pk if person else ''}:{channel.pk if channel else ''}"
    is_there = way == Way.IN_APP
    Notification.objects.get_or_create(
        key=f"{alert.pk}:{alert.round}:{what}:{way.value}:{to}",
        defaults={
            "alert": alert, "what": what, "way": way, "channel": channel, "person": person, "reason": reason,
            "digest": digest, "due_at": due,
            "state": NotificationState.SENT if is_there else NotificationState.WAITING,
            "sent_at": now if is_there else None,
        },
    )  # fmt: skip

"""The life of an alert: begun, fired, seen again, over. Each move is a conditional update that says whether it
happened, and writes down its line of history, its event and whom it tells, all in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from mlops.alerts.models import Alert, AlertEntry, AlertState, Rule
from mlops.alerts.subjects import about
from mlops.alerts.telling.planning import plan
from mlops.events.chain import notify, record


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a rule found, as an alert keeps it."""

    key: str
    subject: str
    title: str
    why: str
    value: float | None = None
    event_type: str = ""
    event_id: UUID | None = None
    data: dict[str, Any] = field(default_factory=dict)
    author: Any = None


def begin(rule: Rule, finding: Finding, now: datetime) -> Alert | None:
    """A pending alert, or None where one is open already."""
    author = finding.author or about(rule.project, finding.subject).author
    alert = Alert(
        project=rule.project, rule=rule, rule_name=rule.name, key=finding.key[:200], subject=finding.subject[:200],
        severity=rule.severity, state=AlertState.PENDING, state_since=now, title=finding.title[:300],
        why=finding.why, value=finding.value, event_type=finding.event_type, event_id=finding.event_id,
        data=finding.data, began_at=now, last_seen_at=now, author=author,
    )  # fmt: skip
    try:
        with transaction.atomic():
            alert.save(force_insert=True)
    except IntegrityError:
        return None
    if rule.for_seconds:
        _write(alert, "began", now, finding.why)
    notify("alert", str(alert.pk), project=alert.project)
    return alert


def fire(alert: Alert, now: datetime) -> bool:
    pending = Alert.objects.filter(pk=alert.pk, state=AlertState.PENDING)
    if not pending.update(state=AlertState.FIRING, state_since=now, fired_at=now):
        return False
    alert.refresh_from_db()
    _write(alert, "fired", now, alert.why)
    _record(alert, "mlops.alert.fired", reason=alert.why)
    plan(alert, "fired", now)
    return True


def see_again(alert: Alert, finding: Finding, now: datetime) -> None:
    """It goes on: the newest finding is kept, and counted."""
    Alert.objects.filter(pk=alert.pk, state__in=(AlertState.PENDING, AlertState.FIRING)).update(
        times=F("times") + 1, last_seen_at=now, within_since=None, why=finding.why, value=finding.value,
        event_id=finding.event_id, data=finding.data,
    )  # fmt: skip


def begin_recovery(alert: Alert, value: float | None, now: datetime) -> None:
    """The metric is back within its limit, not yet for long enough."""
    firing = Alert.objects.filter(pk=alert.pk, state=AlertState.FIRING)
    firing.filter(within_since=None).update(within_since=now)
    firing.update(last_seen_at=now, value=value)


def resolve(alert: Alert, why: str, now: datetime, *, person: Any = None) -> bool:
    """Of a firing alert; a pending one is dropped."""
    firing = Alert.objects.filter(pk=alert.pk, state=AlertState.FIRING)
    moved = firing.update(
        state=AlertState.RESOLVED, state_since=now, resolved_at=now, resolved_why=why, tell_at=None, within_since=None
    )
    if not moved:
        return drop(alert)
    alert.refresh_from_db()
    _write(alert, "resolved", now, why, person=person)
    _record(alert, "mlops.alert.resolved", reason=why, actor=person)
    plan(alert, "resolved", now)
    return True


def drop(alert: Alert) -> bool:
    """A pending alert that did not last is no alert: nobody was told of it."""
    dropped, _rows = Alert.objects.filter(pk=alert.pk, state=AlertState.PENDING).delete()
    if dropped:
        notify("alert", str(alert.pk), project=alert.project)
    return bool(dropped)


def lasts(rule: Rule) -> timedelta:
    return timedelta(seconds=rule.for_seconds)


def _write(alert: Alert, kind: str, now: datetime, text: str, *, person: Any = None) -> None:
    AlertEntry.objects.create(alert=alert, at=now, kind=kind, text=text, person=person)


def _record(alert: Alert, type: str, *, reason: str, actor: Any = None) -> None:
    data = {
        "rule": alert.rule_name, "alert_id": str(alert.pk), "about": alert.subject, "severity": alert.severity,
        "title": alert.title, "value": alert.value,
    }  # fmt: skip
    subject, notice = f"alerts/{alert.pk}", ("alert", str(alert.pk))
    record(actor, type, subject=subject, project=alert.project, data=data, reason=reason, notice=notice)

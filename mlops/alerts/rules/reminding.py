"""What the clock alone moves: events that were not over in time, what is told again, and what nothing came of."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from mlops.alerts.models import Alert, AlertState, Source
from mlops.alerts.rules.raising import fire, resolve
from mlops.alerts.telling.planning import plan


def remind(now: datetime | None = None) -> None:
    now = now or timezone.now()
    _fire_lasting(now)
    _tell_again(now)
    _end_quiet_ones(now)


def _fire_lasting(now: datetime) -> None:
    pending = Alert.objects.filter(state=AlertState.PENDING, rule__source=Source.EVENT, began_at__lte=now)
    for alert in pending.select_related("rule", "project"):
        if alert.rule is not None and now - alert.began_at >= timedelta(seconds=alert.rule.for_seconds):
            with transaction.atomic():
                fire(alert, now)


def _tell_again(now: datetime) -> None:
    due = Alert.objects.filter(state=AlertState.FIRING, tell_at__lte=now, acknowledged_at=None)
    for alert in due.select_related("rule", "project"):
        with transaction.atomic():
            claimed = Alert.objects.filter(pk=alert.pk, tell_at=alert.tell_at, state=AlertState.FIRING)
            if claimed.update(tell_at=None):
                alert.tell_at = None
                plan(alert, "repeated" if alert.round else "fired", now)


def _end_quiet_ones(now: datetime) -> None:
    """An event that did not come again for as long as its rule says."""
    firing = Alert.objects.filter(state=AlertState.FIRING, rule__source=Source.EVENT, rule__resolve_seconds__gt=0)
    for alert in firing.select_related("rule", "project"):
        if alert.rule is not None and now - alert.last_seen_at >= timedelta(seconds=alert.rule.resolve_seconds):
            with transaction.atomic():
                resolve(alert, "It has not come again.", now)

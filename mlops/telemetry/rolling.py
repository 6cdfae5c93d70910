"""Minutes become hours, and what is older than it is kept goes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max, Model
from django.db.models.functions import TruncHour
from django.utils import timezone

from mlops.deployments.models import MirrorMinute, TrafficMinute
from mlops.deployments.queries import BUCKETS
from mlops.telemetry.models import MOSTS, SUMS, LoadMinute, ServiceHour
from mlops.telemetry.sampling import together

OVERLAP = timedelta(hours=2)
"""Hours before the newest one that may still lack a row, when several workers write at once."""
COUNTED = ("requests", "errors", "refused", "seconds_sum")


def roll_up(now: datetime | None = None) -> int:
    """Writes each hour that is over and has no row yet; the number of them. Twice writes the same."""
    present = (now or timezone.now()).replace(minute=0, second=0, microsecond=0)
    newest = ServiceHour.objects.aggregate(newest=Max("hour"))["newest"]
    since = newest - OVERLAP if newest else datetime.min.replace(tzinfo=UTC)
    done = set(ServiceHour.objects.filter(hour__gte=since).values_list("deployment_id", "hour"))
    due = (_hours(TrafficMinute, since, present) | _hours(LoadMinute, since, present)) - done
    for deployment_id, hour in sorted(due, key=str):
        ServiceHour.objects.update_or_create(
            deployment_id=deployment_id, hour=hour, defaults=hour_of(*_minutes(deployment_id, hour))
        )
    return len(due)


def clear_away(now: datetime | None = None) -> int:
    """Only minutes whose hour is written go."""
    now = now or timezone.now()
    oldest_minute = now - timedelta(days=settings.TELEMETRY_MINUTES_DAYS)
    oldest_minute = oldest_minute.replace(minute=0, second=0, microsecond=0)
    gone = 0
    for kind in (TrafficMinute, MirrorMinute, LoadMinute):
        gone += kind.objects.filter(minute__lt=oldest_minute).delete()[0]
    oldest_hour = now - timedelta(days=settings.TELEMETRY_HOURS_DAYS)
    return gone + ServiceHour.objects.filter(hour__lt=oldest_hour).delete()[0]


def hour_of(traffic: Iterable[Any], load: Iterable[Any]) -> dict[str, Any]:
    """The fields of a ServiceHour, from rows of minutes (or of hours)."""
    traffic, load = list(traffic), list(load)
    found: dict[str, Any] = {name: sum(getattr(row, name) for row in traffic) for name in COUNTED}
    found["latency_counts"] = buckets_of(traffic)
    found |= {name: sum(getattr(row, name) for row in load) for name in SUMS}
    found |= {name: max((getattr(row, name) for row in load), default=0) for name in MOSTS}
    statuses: dict[str, int] = {}
    for row in load:
        statuses = together(statuses, row.statuses)
    return found | {"statuses": statuses}


def buckets_of(rows: Iterable[Any]) -> list[int]:
    """Those of a version with other bounds are of no use."""
    comparable = [row.latency_counts for row in rows if len(row.latency_counts) == BUCKETS]
    return [sum(column) for column in zip(*comparable, strict=True)]


def _hours(kind: type[Model], since: datetime, before: datetime) -> set[tuple[Any, datetime]]:
    rows = kind._default_manager.filter(minute__gte=since, minute__lt=before)
    return set(rows.annotate(hour=TruncHour("minute")).values_list("deployment_id", "hour").distinct())


def _minutes(deployment_id: Any, hour: datetime) -> tuple[list[Any], list[Any]]:
    span = {"deployment_id": deployment_id, "minute__gte": hour, "minute__lt": hour + timedelta(hours=1)}
    return list(TrafficMinute.objects.filter(**span)), list(LoadMinute.objects.filter(**span))

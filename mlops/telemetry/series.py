"""How a deployment did over time: rate, latency, errors and saturation, step by step, from minutes and hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.utils import timezone

from mlops.deployments.models import Deployment, TrafficMinute
from mlops.deployments.queries import percentile
from mlops.telemetry.models import LoadMinute, ServiceHour
from mlops.telemetry.ranges import Span
from mlops.telemetry.rolling import hour_of

HOUR = 3600


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One step. Times in seconds, shares 0-1; None where nothing was seen."""

    at: datetime
    requests: int
    per_second: float
    errors: int
    refused: int
    error_share: float | None
    refused_share: float | None
    statuses: dict[str, int]
    mean: float | None
    p50: float | None
    p95: float | None
    p99: float | None
    busy: float
    """Requests in hand on average: the seconds that requests took, over the step's."""
    in_flight_most: int
    """The most that any look saw in hand."""
    possible: float | None
    """Requests that the ready servers could have in hand."""
    utilization: float | None
    """busy / possible"""
    queue_wait: float | None
    """How long a request waited for its turn at a server, on average."""
    replicas: float | None
    cpus: float | None
    """Processors that the servers used together."""
    cpu_share: float | None
    """Of those that they may use."""
    memory_bytes: float | None
    memory_share: float | None
    memory_most_bytes: int | None
    """Of the server that used most."""


def series(deployment: Deployment, span: Span) -> list[Point]:
    """Oldest first, one a step, also where nothing happened."""
    traffic, load, hours = _rows(deployment, span)
    by_tick: dict[datetime, tuple[list[Any], list[Any]]] = {}
    for row in traffic:
        by_tick.setdefault(span.tick_of(row.minute), ([], []))[0].append(row)
    for row in load:
        by_tick.setdefault(span.tick_of(row.minute), ([], []))[1].append(row)
    for row in hours:
        both = by_tick.setdefault(span.tick_of(row.hour), ([], []))
        both[0].append(row)
        both[1].append(row)
    now = timezone.now()
    return [_point(tick, span, by_tick.get(tick, ([], [])), now) for tick in span.ticks]


def total(deployment: Deployment, span: Span) -> Point:
    """The whole range as one step."""
    traffic, load, hours = _rows(deployment, span)
    seconds = max((min(span.end, timezone.now()) - span.start).total_seconds(), 1.0)
    return _told(span.start, seconds, hour_of([*traffic, *hours], [*load, *hours]))


def _rows(deployment: Deployment, span: Span) -> tuple[list[Any], list[Any], list[Any]]:
    """Minutes, or hours where the step is that long or the minutes are gone, with the minutes after the last hour."""
    start, end = span.tick_of(span.start), span.end
    hours: list[Any] = []
    kept = timezone.now() - timedelta(days=settings.TELEMETRY_MINUTES_DAYS)
    if span.step_seconds % HOUR == 0 or start < kept:
        hours = list(ServiceHour.objects.filter(deployment=deployment, hour__gte=start, hour__lt=end).order_by("hour"))
    if hours:
        start = hours[-1].hour + timedelta(hours=1)
    among = {"deployment": deployment, "minute__gte": start, "minute__lt": end}
    return list(TrafficMinute.objects.filter(**among)), list(LoadMinute.objects.filter(**among)), hours


def _point(tick: datetime, span: Span, rows: tuple[Sequence[Any], Sequence[Any]], now: datetime) -> Point:
    """The present step, which is not over, counts for as long as it has lasted."""
    end = min(tick + timedelta(seconds=span.step_seconds), max(now, tick + timedelta(seconds=1)))
    return _told(tick, (end - tick).total_seconds(), hour_of(*rows))


def _told(at: datetime, seconds: float, sums: dict[str, Any]) -> Point:
    requests, looks, cpu_looks = sums["requests"], sums["looks"], sums["cpu_looks"]
    busy = sums["seconds_sum"] / seconds
    possible = sums["possible"] / looks if looks else None
    counts = sums["latency_counts"]
    return Point(
        at=at,
        requests=requests,
        per_second=requests / seconds,
        errors=sums["errors"],
        refused=sums["refused"],
        error_share=sums["errors"] / requests if requests else None,
        refused_share=sums["refused"] / requests if requests else None,
        statuses=sums["statuses"],
        mean=sums["seconds_sum"] / requests if requests else None,
        p50=percentile(counts, 0.5),
        p95=percentile(counts, 0.95),
        p99=percentile(counts, 0.99),
        busy=busy,
        in_flight_most=sums["in_flight_most"],
        possible=possible,
        utilization=busy / possible if possible else None,
        queue_wait=sums["queue_seconds"] / sums["queued"] if sums["queued"] else None,
        replicas=sums["replicas"] / looks if looks else None,
        cpus=sums["cpus"] / cpu_looks if cpu_looks else None,
        cpu_share=sums["cpus"] / sums["cpus_possible"] if sums["cpus_possible"] else None,
        memory_bytes=sums["memory_bytes"] / cpu_looks if cpu_looks else None,
        memory_share=sums["memory_bytes"] / sums["memory_possible_bytes"] if sums["memory_possible_bytes"] else None,
        memory_most_bytes=sums["memory_most_bytes"] if cpu_looks else None,
    )

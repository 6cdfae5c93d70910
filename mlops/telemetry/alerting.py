"""What rules of alerts may watch of endpoints: error share, latency, rate, utilization, waits, processor and memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.alerts import metrics
from mlops.alerts.metrics import Measure, Point, Series, Unit
from mlops.deployments.models import Deployment, TrafficMinute
from mlops.deployments.queries import percentile
from mlops.telemetry.models import LoadMinute

MINUTE = timedelta(minutes=1)
Of = Callable[[Any], tuple[float | None, float]]
"""From a minute's row to its value, None without one, and the weight in a mean."""


def register() -> None:
    of_traffic: tuple[tuple[str, Any, Unit, float, Of], ...] = (
        ("error_share", _("share of errors"), "share", 0.05, lambda row: _part(row.errors, row.requests)),
        ("refused_share", _("share of refused requests"), "share", 0.2, lambda row: _part(row.refused, row.requests)),
        ("latency_p50", _("median time to answer"), "seconds", 0.2, lambda row: _quantile(row, 0.5)),
        ("latency_p95", _("95th percentile of the time to answer"), "seconds", 0.5, lambda row: _quantile(row, 0.95)),
        ("latency_p99", _("99th percentile of the time to answer"), "seconds", 1.0, lambda row: _quantile(row, 0.99)),
    )
    of_load: tuple[tuple[str, Any, Unit, float, Of], ...] = (
        ("in_hand_share", _("share of possible requests in hand"), "share", 0.8, _in_hand),
        ("queue_wait", _("wait for a turn"), "seconds", 0.1, lambda row: _part(row.queue_seconds, row.queued)),
        ("processor_share", _("share of processor used"), "share", 0.9, lambda row: _part(row.cpus, row.cpus_possible)),
        ("memory_share", _("share of memory used"), "share", 0.9, _memory),
    )
    for kind, wanted in ((TrafficMinute, of_traffic), (LoadMinute, of_load)):
        for name, title, unit, example, of in wanted:
            metrics.register(
                name, title=title, of=_("a deployment"), unit=unit, measure=_measure(kind, of), example=example
            )
    metrics.register(
        "request_rate",
        title=_("rate of requests"),
        of=_("a deployment"),
        unit="per_second",
        measure=_rates,
        example=100.0,
        help=_("Minutes without a request count as zero, so that silence can be watched."),
    )


def _rates(project: Project, start: datetime, end: datetime) -> Iterable[Series]:
    """The present minute, which is not over, is left out."""
    first, last = (moment.replace(second=0, microsecond=0) for moment in (start, end))
    among = {"deployment__endpoint__project": project, "minute__gte": first, "minute__lt": last}
    counted = {(row.deployment_id, row.minute): row.requests for row in TrafficMinute.objects.filter(**among)}
    for one in Deployment.objects.filter(endpoint__project=project).select_related("endpoint"):
        begins = max(first, one.created_at.replace(second=0, microsecond=0) + MINUTE)
        minutes = [begins + step * MINUTE for step in range(max(0, int((last - begins) / MINUTE)))]
        points = tuple(Point(at, counted.get((one.pk, at), 0) / 60) for at in minutes)
        yield Series(subject=f"endpoints/{one}", points=points, title=str(one))


def _measure(kind: Any, of: Of) -> Measure:
    def measured(project: Project, start: datetime, end: datetime) -> Iterable[Series]:
        rows = kind.objects.filter(
            deployment__endpoint__project=project,
            minute__gt=start - MINUTE,
            minute__lt=end,
        ).order_by("minute")
        points: dict[Any, list[Point]] = {}
        for row in rows:
            value, weight = of(row)
            if value is not None:
                points.setdefault(row.deployment_id, []).append(Point(at=row.minute, value=value, weight=weight))
        names = Deployment.objects.filter(pk__in=points).select_related("endpoint")
        for one in names:
            yield Series(subject=f"endpoints/{one}", points=tuple(points[one.pk]), title=str(one))

    return measured


def _part(some: float, all_: float) -> tuple[float | None, float]:
    return (some / all_, all_) if all_ else (None, 0.0)


def _quantile(row: TrafficMinute, share: float) -> tuple[float | None, float]:
    return percentile(row.latency_counts, share), float(row.requests)


def _in_hand(row: LoadMinute) -> tuple[float | None, float]:
    return (row.in_flight / row.possible, float(row.looks)) if row.possible else (None, 0.0)


def _memory(row: LoadMinute) -> tuple[float | None, float]:
    if not row.memory_possible_bytes:
        return None, 0.0
    return row.memory_bytes / row.memory_possible_bytes, float(row.cpu_looks)

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

Of = Callable[[Any], tuple[float | None, float]]
"""From a minute's row to its value, None without one, and the weight in a mean."""


def register() -> None:
    of_traffic: tuple[tuple[str, Any, Unit, float, Of], ...] = (
        ("error_share", _("share of errors"), "share", 0.05, lambda row: _part(row.errors, row.requests)),
        ("refused_share", _("share of refused requests"), "share", 0.2, lambda row: _part(row.refused, row.requests)),
        ("latency_p50", _("median time to answer"), "seconds", 0.2, lambda row: _quantile(row, 0.5)),
        ("latency_p95", _("95th percentile of the time to answer"), "seconds", 0.5, lambda row: _quantile(row, 0.95)),
        ("latency_p99", _("99th percentile of the time to answer"), "seconds", 1.0, lambda row: _quantile(row, 0.99)),
        ("request_rate", _("rate of requests"), "per_second", 100.0, lambda row: (row.requests / 60, 1.0)),
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


def _measure(kind: Any, of: Of) -> Measure:
    def measured(project: Project, start: datetime, end: datetime) -> Iterable[Series]:
        rows = kind.objects.filter(
            deployment__endpoint__project=project,
            minute__gt=start - timedelta(minutes=1),
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

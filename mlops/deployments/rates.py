"""What each deployment of an endpoint did in the last minutes, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from django.utils import timezone

from mlops.deployments.models import Deployment, MirrorMinute, TrafficMinute
from mlops.deployments.queries import BUCKETS, percentile

MINUTES = 5


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """Shares are 0-1, times in seconds; None without a request."""

    deployment: str
    requests: int
    per_second: float
    error_share: float | None
    refused_share: float | None
    p50: float | None
    p95: float | None
    p99: float | None
    copies: int
    """Mirrored requests."""
    copy_error_share: float | None
    copy_p95: float | None


def rates_of(deployments: Sequence[Deployment], *, minutes: int = MINUTES) -> dict[str, Rates]:
    """By name. The present minute, which is not over, counts for as long as it has lasted."""
    now = timezone.now()
    since = now.replace(second=0, microsecond=0) - timedelta(minutes=minutes - 1)
    seconds = max((now - since).total_seconds(), 1.0)
    live = _rows(TrafficMinute, deployments, since)
    copies = _rows(MirrorMinute, deployments, since)
    return {one.name: _rates(one.name, live.get(one.pk, []), copies.get(one.pk, []), seconds) for one in deployments}


def _rows(kind: Any, deployments: Sequence[Deployment], since: Any) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in kind.objects.filter(deployment__in=deployments, minute__gte=since):
        found.setdefault(row.deployment_id, []).append(row)
    return found


def _rates(name: str, live: list[Any], copies: list[Any], seconds: float) -> Rates:
    requests, copied, counts = _sum(live, "requests"), _sum(copies, "requests"), _buckets(live)
    return Rates(
        deployment=name,
        requests=requests,
        per_second=requests / seconds,
        error_share=_sum(live, "errors") / requests if requests else None,
        refused_share=_sum(live, "refused") / requests if requests else None,
        p50=percentile(counts, 0.5),
        p95=percentile(counts, 0.95),
        p99=percentile(counts, 0.99),
        copies=copied,
        copy_error_share=_sum(copies, "errors") / copied if copied else None,
        copy_p95=percentile(_buckets(copies), 0.95),
    )


def _sum(rows: Iterable[Any], name: str) -> int:
    return sum(int(getattr(row, name)) for row in rows)


def _buckets(rows: Iterable[Any]) -> list[int]:
    comparable = [row.latency_counts for row in rows if len(row.latency_counts) == BUCKETS]
    return [sum(column) for column in zip(*comparable, strict=True)]

"""Takes over what the router counted: its counters only grow, so each look adds the difference to the minute."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
from django.db import transaction
from django.utils import timezone

from mlops.deployments.gathering import gather
from mlops.deployments.models import Deployment, MirrorCount, MirrorMinute, RouterCount, TrafficMinute
from mlops.deployments.routers import ask
from mlops.formats.refusal import Refusal
from mlops.formats.serving import DeploymentCounts, MirrorCounts, RouterStats

SECONDS = 2.0
SUMS = ("requests", "errors", "refused", "seconds_sum")


def ask_router() -> RouterStats | None:
    """None where none answers; what they count meanwhile is not lost. What several counted comes as one count."""
    try:
        told = {one.place.pk: _read(one.body) for one in ask("/-/stats", seconds=SECONDS)}
    except Refusal:
        return None
    if None in told:
        return told[None]
    return gather({pk: stats for pk, stats in told.items() if pk is not None and stats is not None})


def _read(body: bytes) -> RouterStats | None:
    try:
        return msgspec.json.decode(body, type=RouterStats)
    except msgspec.MsgspecError:
        return None


def take_over(stats: RouterStats) -> int:
    """How many deployments had new requests. A counter that is behind ours belongs to a new life of the router."""
    rows = {(str(one.endpoint_id), one.name): one for one in Deployment.objects.all()}
    known: Known = {kind: {one.deployment_id: one for one in kind.last.objects.all()} for kind in KINDS}
    changed = 0
    for counts in stats.deployments:
        deployment = rows.get((counts.endpoint, counts.deployment))
        told: tuple[DeploymentCounts | MirrorCounts, ...] = (counts, counts.mirrored)
        for kind, each in zip(KINDS, told, strict=True):
            if deployment is not None and not _same(known[kind].get(deployment.pk), each, stats.started):
                changed += _add(kind, deployment, each, stats.started)
    return changed


class Kind(NamedTuple):
    minute: Any
    """The model of a minute's counts."""
    last: Any
    """The model of what the router had counted before."""


LIVE, MIRRORED = KINDS = (Kind(TrafficMinute, RouterCount), Kind(MirrorMinute, MirrorCount))
Known = dict[Kind, dict[Any, Any]]


def _same(before: Any | None, counts: DeploymentCounts | MirrorCounts, started: float) -> bool:
    if before is None:
        return counts.requests == 0
    return bool(before.started == started and before.requests == counts.requests)


def _add(kind: Kind, deployment: Deployment, counts: DeploymentCounts | MirrorCounts, started: float) -> int:
    minute = timezone.now().replace(second=0, microsecond=0)
    empty = [0] * len(counts.latency_counts)
    with transaction.atomic():
        before, _made = kind.last.objects.select_for_update(no_key=True).get_or_create(
            deployment=deployment, defaults={"started": started, "latency_counts": empty}
        )
        anew = before.started != started or before.requests > counts.requests
        base: dict[str, Any] = {name: 0 if anew else getattr(before, name) for name in SUMS}
        buckets = empty if anew else _buckets(before, empty)
        if counts.requests == base["requests"] and not anew:
            return 0
        row, _made = kind.minute.objects.select_for_update(no_key=True).get_or_create(
            deployment=deployment, minute=minute, defaults={"latency_counts": empty}
        )
        for name in SUMS:
            setattr(row, name, getattr(row, name) + getattr(counts, name) - base[name])
            setattr(before, name, getattr(counts, name))
        added = [now - then for now, then in zip(counts.latency_counts, buckets, strict=True)]
        row.latency_counts = [had + new for had, new in zip(_buckets(row, empty), added, strict=True)]
        before.started, before.latency_counts = started, list(counts.latency_counts)
        row.save()
        before.save()
    return 1


def _buckets(row: Any, empty: list[int]) -> list[int]:
    """Those of a version with other bounds are of no use."""
    return row.latency_counts if len(row.latency_counts) == len(empty) else empty

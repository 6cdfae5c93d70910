"""One look at how busy every deployment is, added to the present minute."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone

from mlops.deployments.models import Deployment
from mlops.deployments.sizing import at_once
from mlops.formats.serving import DeploymentCounts, RouterStats
from mlops.telemetry.footprints import Used, footprints
from mlops.telemetry.models import MOSTS, SUMS, LastLook, LoadMinute


def look(stats: RouterStats) -> int:
    """How many deployments were looked at: those that have a server or had a request since the last look."""
    rows = {(str(row.endpoint_id), row.name): row for row in Deployment.objects.filter(ready_revision__isnull=False)}
    used = footprints(url for row in rows.values() for url in _addresses(row))
    looked = 0
    for counts in stats.deployments:
        row = rows.get((counts.endpoint, counts.deployment))
        if row is not None:
            _add(row, counts, stats.started, used)
            looked += 1
    return looked


def _addresses(row: Deployment) -> list[str]:
    """Of each ready server by itself: where all have one address it would be a different one each time."""
    return [str(one["url"]) for one in row.replicas if one.get("state") == "ready" and one.get("url")]


def _add(row: Deployment, counts: DeploymentCounts, started: float, used: Mapping[str, Used]) -> None:
    minute = timezone.now().replace(second=0, microsecond=0)
    with transaction.atomic():
        last, _made = LastLook.objects.select_for_update(no_key=True).get_or_create(deployment=row)
        added = _since(last, row, counts, started, used)
        kept, _made = LoadMinute.objects.select_for_update(no_key=True).get_or_create(deployment=row, minute=minute)
        for name in SUMS:
            setattr(kept, name, getattr(kept, name) + added[name])
        for name in MOSTS:
            setattr(kept, name, max(getattr(kept, name), added[name]))
        kept.statuses = together(kept.statuses, added["statuses"])
        kept.save()
        last.save()


def _since(
    last: LastLook, row: Deployment, counts: DeploymentCounts, started: float, used: Mapping[str, Used]
) -> dict[str, Any]:
    """What this look adds; `last` becomes it. A counter that went back belongs to a new life of the router."""
    settings = row.wanted
    ready = [one for one in row.replicas if one.get("state") == "ready"]
    is_same = last.started == started and counts.queued >= last.queued
    before: Mapping[str, int] = last.statuses if is_same else {}
    added: dict[str, Any] = {
        "looks": 1,
        "in_flight": counts.in_flight,
        "in_flight_most": counts.in_flight,
        "possible": len(ready) * at_once(settings),
        "replicas": len(ready),
        "queue_seconds": counts.queue_seconds - (last.queue_seconds if is_same else 0.0),
        "queued": counts.queued - (last.queued if is_same else 0),
        "statuses": {
            status: more for status, count in counts.statuses.items() if (more := count - before.get(status, 0)) > 0
        },
        **_resources(last, row, used, cpus=settings.cpus, memory_bytes=settings.memory_bytes),
    }
    last.started, last.at, last.in_flight = started, time.time(), counts.in_flight
    last.statuses, last.queue_seconds, last.queued = dict(counts.statuses), counts.queue_seconds, counts.queued
    return added


def _resources(
    last: LastLook, row: Deployment, used: Mapping[str, Used], *, cpus: float, memory_bytes: int
) -> dict[str, Any]:
    """Zero looks where no server told twice: processors are a difference over time."""
    known = {url: used[url] for url in _addresses(row) if url in used}
    before = {url: msgspec.convert(kept, tuple[float, float]) for url, kept in last.cpu_seconds.items()}
    last.cpu_seconds = {url: [one.at, one.cpu_seconds] for url, one in known.items()}
    rates = [
        (one.cpu_seconds - before[url][1]) / (one.at - before[url][0])
        for url, one in known.items()
        if url in before and one.at > before[url][0] and one.cpu_seconds >= before[url][1]
    ]
    if not rates:
        return dict.fromkeys(("cpu_looks", "cpus", "cpus_possible", "memory_bytes", "memory_possible_bytes"), 0) | {
            "memory_most_bytes": 0
        }
    return {
        "cpu_looks": 1,
        "cpus": sum(rates),
        "cpus_possible": len(rates) * cpus,
        "memory_bytes": sum(one.memory_bytes for one in known.values()),
        "memory_most_bytes": int(max(one.memory_bytes for one in known.values())),
        "memory_possible_bytes": len(known) * memory_bytes,
    }


def together(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {status: one.get(status, 0) + other.get(status, 0) for status in sorted({*one, *other})}

"""What Prometheus is told of endpoints: the router's counts since its start, and the last look at saturation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from mlops.deployments.models import Deployment, RouterCount
from mlops.deployments.queries import BUCKETS
from mlops.formats.prometheus import Family, Sample, histogram
from mlops.formats.serving import LATENCY_BOUNDS
from mlops.telemetry.models import LastLook, LoadMinute
from mlops.work.measuring import measures

RECENT = timedelta(minutes=3)


@measures("telemetry")
def families() -> Iterable[Family]:
    rows = list(Deployment.objects.select_related("endpoint__project"))
    labels = {row.pk: _labels(row) for row in rows}
    counts = {one.deployment_id: one for one in RouterCount.objects.all()}
    looks = {one.deployment_id: one for one in LastLook.objects.all()}
    minutes: dict[Any, LoadMinute] = {}
    for minute in LoadMinute.objects.filter(minute__gte=timezone.now() - RECENT).order_by("minute"):
        minutes[minute.deployment_id] = minute
    yield Family(
        name="mlops_endpoint_requests_total",
        help="Requests that the router gave a deployment, since the router's start, by HTTP status.",
        kind="counter",
        samples=[
            Sample(count, {**labels[pk], "status": status})
            for pk, look in looks.items()
            for status, count in look.statuses.items()
        ],
    )
    yield Family(
        name="mlops_endpoint_latency_seconds",
        help="Time to answer as the router saw it, since the router's start.",
        kind="histogram",
        samples=[
            sample
            for pk, one in counts.items()
            if len(one.latency_counts) == BUCKETS
            for sample in histogram(labels[pk], bounds=LATENCY_BOUNDS, counts=one.latency_counts, total=one.seconds_sum)
        ],
    )
    yield _gauge(
        "mlops_endpoint_in_flight", "Requests in hand at the last look.", labels,
        {pk: look.in_flight for pk, look in looks.items()},
    )  # fmt: skip
    yield _gauge(
        "mlops_endpoint_traffic_percent", "Share of the endpoint's traffic, 0-100.", labels,
        {row.pk: row.endpoint.traffic.get(row.name, 0) for row in rows},
    )  # fmt: skip
    yield Family(
        name="mlops_endpoint_deployment_state",
        help="1 for the state that the deployment is in.",
        samples=[Sample(1, {**labels[row.pk], "state": row.state}) for row in rows],
    )
    yield from _saturation(labels, minutes)


def _saturation(labels: dict[Any, dict[str, str]], minutes: dict[Any, LoadMinute]) -> Iterable[Family]:
    """Of the newest minute that was looked at."""
    yield _gauge(
        "mlops_endpoint_possible", "Requests that the ready servers could have in hand.", labels,
        {pk: row.possible / row.looks for pk, row in minutes.items() if row.looks},
    )  # fmt: skip
    yield _gauge(
        "mlops_endpoint_replicas", "Servers that are ready.", labels,
        {pk: row.replicas / row.looks for pk, row in minutes.items() if row.looks},
    )  # fmt: skip
    yield _gauge(
        "mlops_endpoint_queue_wait_seconds", "How long a request waited for its turn, mean of the minute.", labels,
        {pk: row.queue_seconds / row.queued for pk, row in minutes.items() if row.queued},
    )  # fmt: skip
    yield _gauge(
        "mlops_endpoint_cpus", "Processors that the servers use together.", labels,
        {pk: row.cpus / row.cpu_looks for pk, row in minutes.items() if row.cpu_looks},
    )  # fmt: skip
    yield _gauge(
        "mlops_endpoint_cpus_possible", "Processors that the servers may use together.", labels,
        {pk: row.cpus_possible / row.cpu_looks for pk, row in minutes.items() if row.cpu_looks},
    )  # fmt: skip
    yield _gauge(
        "mlops_endpoint_memory_bytes", "Memory of the servers together.", labels,
        {pk: row.memory_bytes / row.cpu_looks for pk, row in minutes.items() if row.cpu_looks},
    )  # fmt: skip
    yield _gauge(
        "mlops_endpoint_memory_possible_bytes", "Memory that the servers may use together.", labels,
        {pk: row.memory_possible_bytes / row.cpu_looks for pk, row in minutes.items() if row.cpu_looks},
    )  # fmt: skip


def _gauge(name: str, help: str, labels: dict[Any, dict[str, str]], values: dict[Any, float]) -> Family:
    return Family(name=name, help=help, samples=[Sample(value, labels[pk]) for pk, value in values.items()])


def _labels(row: Deployment) -> dict[str, str]:
    return {"project": row.endpoint.project.slug, "endpoint": row.endpoint.name, "deployment": row.name}

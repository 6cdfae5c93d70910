"""Where versions are deployed, how healthy that is, how much they are asked, and whether their data drifts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Q, Sum
from django.utils import timezone

from mlops.batch.models import BatchDeployment
from mlops.deployments.model_users import serving_beside
from mlops.deployments.models import Deployment, TrafficMinute
from mlops.deployments.queries import BUCKETS, deployments_with, percentile
from mlops.deployments.several import further_of, with_several
from mlops.lineage.kinds.kind import page
from mlops.monitoring.models import Monitor, MonitorState
from mlops.registry.models import ModelVersion, RegisteredModel

HOURS = 24
WORST_FIRST = (MonitorState.ALARM, MonitorState.TROUBLE, MonitorState.WAITING, MonitorState.FINE)


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """The worst of the monitors that watch the endpoint."""

    monitor: str
    state: str
    reason: str
    url: str


class Served(msgspec.Struct, frozen=True, kw_only=True):
    """One deployment. `requests`, `errors` and `p95_seconds` are of the last 24 hours; `share` of the traffic, 0–1."""

    kind: str
    endpoint: str
    deployment: str
    url: str
    state: str = ""
    reason: str = ""
    since: datetime | None = None
    share: float = 0.0
    requests: int = 0
    errors: int = 0
    p95_seconds: float | None = None
    drift: Watched | None = None


def served_by(versions: Sequence[ModelVersion]) -> dict[UUID, list[Served]]:
    """By the version's primary key, in six queries however many versions. Of other projects, which it may be offered
    to, nothing is told."""
    found: dict[UUID, list[Served]] = {version.pk: [] for version in versions}
    projects = {version.pk: version.model.project_id for version in versions}
    serving = [(one.version_id, one) for one in deployments_with(versions) if one.version_id is not None]
    serving += [(version.pk, one) for version, one in serving_beside(versions)]
    serving = [(key, one) for key, one in serving if one.endpoint.project_id == projects[key]]
    deployments = [one for _version, one in serving]
    counts, latencies = _traffic(deployments), _latencies(deployments)
    watched = _watched([one.endpoint_id for one in deployments])
    for version_id, one in serving:
        requests, errors = counts.get(one.pk, (0, 0))
        found[version_id].append(
            Served(
                kind="online",
                endpoint=one.endpoint.name,
                deployment=one.name,
                url=page("endpoint", one.endpoint_id),
                state=one.state,
                reason=one.reason,
                since=one.state_since,
                share=one.endpoint.traffic.get(one.name, 0) / 100,
                requests=requests,
                errors=errors,
                p95_seconds=latencies.get(one.pk),
                drift=watched.get(one.endpoint_id),
            )
        )
    for batch in BatchDeployment.objects.filter(version__in=versions).select_related("endpoint"):
        assert batch.version_id is not None
        if batch.endpoint.project_id != projects[batch.version_id]:
            continue
        url = page("batch-endpoint", batch.endpoint_id)
        found[batch.version_id].append(
            Served(kind="batch", endpoint=batch.endpoint.name, deployment=batch.name, url=url)
        )
    return found


def served_by_models(models: Sequence[RegisteredModel]) -> dict[UUID, list[tuple[int, Served]]]:
    """By the model's primary key: the number of the version that is deployed, and where."""
    used = Q(pk__in=Deployment.objects.filter(version__model__in=models).values("version"))
    used |= Q(pk__in=BatchDeployment.objects.filter(version__model__in=models).values("version"))
    keys = {model.pk for model in models}
    used |= Q(pk__in=[one.pk for one in further_of(*with_several()) if one.model_id in keys])
    versions = list(ModelVersion.objects.filter(used).select_related("model").order_by("-number"))
    found: dict[UUID, list[tuple[int, Served]]] = {model.pk: [] for model in models}
    served = served_by(versions)
    for version in versions:
        found[version.model_id] += [(version.number, one) for one in served[version.pk]]
    return found


def _traffic(deployments: Sequence[Deployment]) -> dict[UUID, tuple[int, int]]:
    rows = _recent(deployments).order_by().values("deployment").annotate(asked=Sum("requests"), failed=Sum("errors"))
    return {row["deployment"]: (row["asked"] or 0, row["failed"] or 0) for row in rows}


def _latencies(deployments: Sequence[Deployment]) -> dict[UUID, float | None]:
    sums: dict[UUID, list[int]] = defaultdict(lambda: [0] * BUCKETS)
    for pk, counts in _recent(deployments).values_list("deployment", "latency_counts"):
        if len(counts) == BUCKETS:
            sums[pk] = [one + more for one, more in zip(sums[pk], counts, strict=True)]
    return {pk: percentile(counts, 0.95) for pk, counts in sums.items() if sum(counts)}


def _recent(deployments: Sequence[Deployment]) -> Any:
    since = timezone.now() - timedelta(hours=HOURS)
    return TrafficMinute.objects.filter(deployment__in=[one.pk for one in deployments], minute__gte=since)


def _watched(endpoints: Sequence[UUID]) -> dict[UUID, Watched]:
    found: dict[UUID, Watched] = {}
    rows = list(Monitor.objects.filter(endpoint__in=list(endpoints), is_enabled=True))
    for one in sorted(rows, key=_badness):
        assert one.endpoint_id is not None
        told = Watched(monitor=one.name, state=one.state, reason=one.reason, url=page("monitor", one.pk))
        found.setdefault(one.endpoint_id, told)
    return found


def _badness(monitor: Monitor) -> int:
    return WORST_FIRST.index(MonitorState(monitor.state)) if monitor.state in WORST_FIRST else len(WORST_FIRST)

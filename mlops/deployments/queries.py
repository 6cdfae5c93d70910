"""Reading endpoints, deployments and their traffic."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import visible_projects
from mlops.clusters.models import Cluster
from mlops.deployments.models import Deployment, DeploymentState, Endpoint, Load, TrafficMinute
from mlops.deployments.sizing import at_once
from mlops.formats.refusal import Refusal, nearest
from mlops.formats.serving import LATENCY_BOUNDS
from mlops.registry.models import ModelVersion
from mlops.stats.buckets import bucket_quantile

BUCKETS = len(LATENCY_BOUNDS) + 1


def visible_to(user: Any) -> QuerySet[Endpoint]:
    return Endpoint.objects.filter(project__in=visible_projects(user)).select_related("project", "created_by")


def visible_endpoint(user: Any, endpoint_id: uuid.UUID | str) -> Endpoint:
    endpoint = visible_to(user).filter(pk=endpoint_id).first()
    if endpoint is None:
        raise Refusal("not_found", _("There is no such endpoint, or you may not see it."), status=404)
    return endpoint


def deployments_of(endpoint: Endpoint) -> QuerySet[Deployment]:
    found = Deployment.objects.filter(endpoint=endpoint)
    return found.select_related("version__model__project", "conversion", "endpoint__project", "script", "code")


def deployment_of(endpoint: Endpoint, wanted: uuid.UUID | str) -> Deployment:
    """By id or by name."""
    deployments = list(deployments_of(endpoint))
    for deployment in deployments:
        if str(wanted) in (str(deployment.pk), deployment.name):
            return deployment
    names = [deployment.name for deployment in deployments]
    hint = nearest(str(wanted), names) or _("There are: %(names)s.") % {"names": ", ".join(names) or _("none")}
    raise Refusal(
        "not_found",
        _("“%(name)s” has no deployment “%(wanted)s”.") % {"name": endpoint.name, "wanted": wanted},
        hint=hint,
        status=404,
    )


def deployments_with(versions: Sequence[ModelVersion]) -> QuerySet[Deployment]:
    return Deployment.objects.filter(version__in=versions).select_related("endpoint", "version__model")


def users_of_cluster(cluster: Cluster) -> list[str]:
    """Deployments that stand there, or are about to."""
    rows = Deployment.objects.filter(target="kubernetes").select_related("endpoint")
    return [
        _("the deployment “%(name)s” of the endpoint “%(endpoint)s”") % {"name": row.name, "endpoint": row.endpoint}
        for row in rows
        if _cluster_of(row) in ("", cluster.name)
    ]


def _cluster_of(row: Deployment) -> str:
    """Empty where it named none and stands on none yet."""
    placing = row.placing or row.ready_placing or {}
    return str(placing.get("cluster") or row.wanted.target_options.get("cluster") or "")


def scoring_uri(endpoint: Endpoint) -> str:
    return f"{settings.ROUTER_URL}/endpoints/{endpoint.project.slug}/{endpoint.name}/score"


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint's state, from its deployments: why, since when, and what to do next."""

    state: str
    reason: str
    hint: str
    since: datetime


def health_of(endpoint: Endpoint, deployments: Sequence[Deployment]) -> Health:
    """The worst state among the deployments with traffic counts; those without it only matter when there are none."""
    if not deployments:
        return Health(
            state="empty",
            reason=_("It has no deployment, so it answers nothing."),
            hint=_("Deploy a model version to it."),
            since=endpoint.created_at,
        )
    sharing = [one for one in deployments if endpoint.traffic.get(one.name)]
    order = (
        DeploymentState.FAILED, DeploymentState.UNHEALTHY, DeploymentState.TRANSITIONING, DeploymentState.HEALTHY
    )  # fmt: skip
    worst = min(sharing or deployments, key=lambda one: order.index(DeploymentState(one.state)))
    reason, hint = worst.reason, worst.hint
    if reason and len(deployments) > 1:
        reason = f"{worst.name}: {reason}"
    if not sharing:
        reason = reason or _("No deployment has traffic: it answers only requests that name a deployment.")
        hint = hint or _("Set the traffic.")
    return Health(state=worst.state, reason=reason, hint=hint, since=worst.state_since)


class LoadNow(msgspec.Struct, frozen=True, kw_only=True):
    """How busy a deployment is that follows its load."""

    busy: float
    """Requests in hand, on average over the last look."""
    utilization: float
    """Busy over what all its servers could have in hand."""
    per_server: int
    instances: int
    at: float
    """Unix seconds."""
    reason: str
    """Of the last change of the number of servers that the load asked for."""


def load_of(deployment: Deployment) -> LoadNow | None:
    """None where the number of servers is fixed, or nothing was seen yet."""
    if deployment.wanted.scale is None:
        return None
    load = Load.objects.filter(deployment=deployment).first()
    if load is None or not load.samples:
        return None
    at, busy = load.samples[-1]
    per_server = at_once(deployment.wanted)
    utilization = round(busy / (per_server * max(1, deployment.instances)), 4)
    return LoadNow(
        busy=busy,
        utilization=utilization,
        per_server=per_server,
        instances=deployment.instances,
        at=at,
        reason=load.reason,
    )


class Minute(msgspec.Struct, frozen=True, kw_only=True):
    """One minute of one deployment. Percentiles in seconds; None without a request."""

    minute: datetime
    deployment: str
    requests: int
    errors: int
    refused: int
    mean: float | None
    p50: float | None
    p95: float | None
    p99: float | None


def traffic_minutes(endpoint: Endpoint, *, minutes: int = 60, deployment: str = "") -> list[Minute]:
    """Oldest first; a minute without requests has no row."""
    since = timezone.now() - timedelta(minutes=minutes)
    rows = TrafficMinute.objects.filter(deployment__endpoint=endpoint, minute__gte=since)
    if deployment:
        rows = rows.filter(deployment__name=deployment)
    return [_minute(row) for row in rows.select_related("deployment").order_by("minute", "deployment__name")]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    requests: int
    errors: int
    refused: int
    p50: float | None
    p95: float | None
    p99: float | None


def traffic_summary(endpoint: Endpoint, *, minutes: int = 60) -> Summary:
    since = timezone.now() - timedelta(minutes=minutes)
    rows = list(TrafficMinute.objects.filter(deployment__endpoint=endpoint, minute__gte=since))
    counts = [
        sum(column)
        for column in zip(*(row.latency_counts for row in rows if len(row.latency_counts) == BUCKETS), strict=True)
    ]
    return Summary(
        requests=sum(row.requests for row in rows),
        errors=sum(row.errors for row in rows),
        refused=sum(row.refused for row in rows),
        p50=percentile(counts, 0.5),
        p95=percentile(counts, 0.95),
        p99=percentile(counts, 0.99),
    )


def percentile(counts: Sequence[int], share: float) -> float | None:
    """In seconds, of the router's buckets; None where they were other ones."""
    if len(counts) != BUCKETS:
        return None
    return bucket_quantile(counts, LATENCY_BOUNDS, share)


def _minute(row: TrafficMinute) -> Minute:
    return Minute(
        minute=row.minute,
        deployment=row.deployment.name,
        requests=row.requests,
        errors=row.errors,
        refused=row.refused,
        mean=row.seconds_sum / row.requests if row.requests else None,
        p50=percentile(row.latency_counts, 0.5),
        p95=percentile(row.latency_counts, 0.95),
        p99=percentile(row.latency_counts, 0.99),
    )

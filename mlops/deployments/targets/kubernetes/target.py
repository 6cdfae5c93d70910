"""Deployments on Kubernetes: objects that agree with the rows, applied by the cluster's own merging."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from mlops.clusters import queries
from mlops.clusters.kubernetes.client import Client
from mlops.clusters.kubernetes.names import own
from mlops.clusters.kubernetes.reaching import client_of
from mlops.clusters.models import Cluster
from mlops.deployments.models import Deployment, DeploymentState, Endpoint
from mlops.deployments.targets import Availability
from mlops.deployments.targets.kubernetes import clearing, looking
from mlops.deployments.targets.kubernetes.building import check_shown, gateway_route, variables, workload
from mlops.deployments.targets.kubernetes.checks import problems
from mlops.deployments.targets.kubernetes.gateway import http_route
from mlops.deployments.targets.kubernetes.images import image_of
from mlops.deployments.targets.kubernetes.manifests import manifests
from mlops.deployments.targets.kubernetes.places import namespace_of, read_options
from mlops.deployments.targets.observed import Observed
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.refusal import Refusal

Place = tuple[str, str]
"""Cluster and namespace."""


class KubernetesTarget:
    is_scaled_here = False

    def available(self, options: Mapping[str, Any]) -> Availability:
        try:
            with client_of(read_options(options).cluster) as client:
                client.version()
        except Refusal as refusal:
            return Availability(is_usable=False, reason=refusal.message, hint=refusal.hint)
        return Availability(is_usable=True)

    def check(self, wanted: DeploymentSettings) -> None:
        queries.named(read_options(wanted.target_options).cluster)

    def prepare(self, deployment: Deployment, *, beat: Callable[[], None], say: Callable[[str], None]) -> None:
        options = read_options(deployment.wanted.target_options)
        cluster = queries.named(options.cluster)
        with client_of(cluster.name) as client:
            client.version()
        made = image_of(deployment, cluster, beat=beat, say=say)
        placing = {
            "cluster": cluster.name,
            "namespace": namespace_of(cluster, options),
            "image": made.image,
            "architecture": made.architecture,
            "variables": variables(deployment),
        }
        wanted = workload(deployment, placing, revision=deployment.revision)
        objects = manifests(wanted)
        check_shown(problems(objects))
        say("The cluster checks the objects in a dry run.")
        beat()
        with client_of(cluster.name) as client:
            for one in objects:
                client.apply(one, dry_run=True)
        _remember_namespace(cluster, wanted.namespace)
        placing["object"] = wanted.object
        same = Deployment.objects.filter(pk=deployment.pk, revision=deployment.revision, placing__isnull=True)
        same.update(placing=placing)
        deployment.refresh_from_db(fields=["placing", "revision"])

    def apply(self, deployment: Deployment) -> None:
        row = Deployment.objects.select_related("endpoint__project").filter(pk=deployment.pk).first()
        if row is None or (row.placing is None and row.ready_placing is None):
            return
        chosen = _chosen(row)
        if chosen is None:
            clearing.take_away(row)
            return
        placing, revision = chosen
        wanted = workload(row, placing, revision=revision)
        objects = manifests(wanted)
        with client_of(placing["cluster"]) as client:
            standing = client.get("Deployment", wanted.namespace, wanted.object)
            if standing is not None and _digest(standing) == _digest(objects[-1]):
                return
            if wanted.settings.scale is None:
                client.delete("HorizontalPodAutoscaler", wanted.namespace, wanted.object)
            for one in objects:
                client.apply(one)

    def observe(self) -> dict[tuple[str, int], Observed]:
        places: dict[Place, list[Deployment]] = defaultdict(list)
        for row in Deployment.objects.filter(target="kubernetes").select_related("endpoint__project"):
            for placing in (row.placing, row.ready_placing):
                if placing is not None and row not in places[(placing["cluster"], placing["namespace"])]:
                    places[(placing["cluster"], placing["namespace"])].append(row)
        found: dict[tuple[str, int], Observed] = {}
        for (name, namespace), rows in places.items():
            found |= _observed(name, namespace, rows)
        return found

    def remove(self) -> None:
        for cluster in Cluster.objects.all():
            clearing.clear(cluster)

    def logs(self, deployment: Deployment, *, lines: int) -> list[str]:
        placing = deployment.placing or deployment.ready_placing
        if placing is None:
            return []
        labels = f"{looking.ours()},{own('deployment')}={deployment.pk}"
        with client_of(placing["cluster"]) as client:
            names = sorted(
                one["metadata"]["name"] for one in client.objects("Pod", placing["namespace"], labels=labels)
            )
            told = {name: client.logs(placing["namespace"], name, lines=lines) for name in names}
        return [f"[{name}] {line}" for name, found in told.items() for line in found[-max(1, lines // len(names)) :]]


def _chosen(row: Deployment) -> tuple[dict[str, Any], int] | None:
    """What is to stand there: the present revision, or the one before where it failed."""
    if row.placing is not None and row.state != DeploymentState.FAILED:
        return row.placing, row.revision
    if row.ready_placing is not None and row.ready_revision is not None:
        return row.ready_placing, row.ready_revision
    return None


def _observed(name: str, namespace: str, rows: list[Deployment]) -> dict[tuple[str, int], Observed]:
    found: dict[tuple[str, int], Observed] = {}
    try:
        cluster = queries.named(name)
        with client_of(name) as client:
            seen = looking.look(client, namespace)
            for row in rows:
                found |= looking.states(row, seen, cluster=cluster, client=client, namespace=namespace)
            if cluster.gateway:
                _try_to_follow_traffic(client, namespace, rows)
    except Refusal as refusal:
        unknown = Observed(state="unknown", reason=refusal.message, hint=refusal.hint, patience_seconds=600.0)
        return {
            (str(row.pk), revision): unknown
            for row in rows
            for revision in {row.revision, row.ready_revision}
            if revision
        }
    return found


def _try_to_follow_traffic(client: Client, namespace: str, rows: list[Deployment]) -> None:
    """Where the cluster has no Gateway API, or forbids routes, our router splits the traffic alone, as it does anyway;
    the cluster's page says so."""
    try:
        if client.has_kind("HTTPRoute"):
            _follow_traffic(client, namespace, rows)
    except Refusal as refusal:
        if refusal.code == "cluster_unreachable":
            raise


def _follow_traffic(client: Client, namespace: str, rows: list[Deployment]) -> None:
    """The Gateway shares out what the rows say."""
    endpoints: dict[Endpoint, list[Deployment]] = defaultdict(list)
    for row in rows:
        if row.ready_placing is not None and row.ready_placing["namespace"] == namespace:
            endpoints[row.endpoint].append(row)
    standing = {one["metadata"]["name"]: one for one in client.objects("HTTPRoute", namespace, labels=looking.ours())}
    for endpoint, ready in endpoints.items():
        route = gateway_route(endpoint, ready)
        if route is None or not any(route.weights.values()):
            continue
        wanted = http_route(route)
        there = standing.get(route.object)
        if there is None or _digest(there) != _digest(wanted):
            client.apply(wanted)


def _digest(one: Mapping[str, Any]) -> str:
    return str(one["metadata"].get("annotations", {}).get(own("digest"), ""))


def _remember_namespace(cluster: Cluster, namespace: str) -> None:
    with transaction.atomic():
        row = Cluster.objects.select_for_update(no_key=True).get(pk=cluster.pk)
        if namespace not in row.used_namespaces:
            row.used_namespaces = [*row.used_namespaces, namespace]
            row.save(update_fields=["used_namespaces"])

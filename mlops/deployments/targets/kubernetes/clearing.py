"""Takes away what no row stands for any more, in every namespace that was ever used."""

from __future__ import annotations

from mlops.clusters.kubernetes.client import Client
from mlops.clusters.kubernetes.names import own
from mlops.clusters.kubernetes.reaching import client_of
from mlops.clusters.models import Cluster
from mlops.deployments.models import Deployment
from mlops.deployments.targets.kubernetes.looking import ours
from mlops.formats.refusal import Refusal

KINDS = ("HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy", "Service", "Secret", "Deployment")
"""The Deployment last: while it stands, the rest is looked for."""


def clear(cluster: Cluster) -> None:
    """A cluster that cannot be asked, or forbids it, is left for later."""
    if not cluster.used_namespaces:
        return
    rows = list(Deployment.objects.filter(target="kubernetes").select_related("endpoint"))
    try:
        with client_of(cluster.name) as client:
            for namespace in cluster.used_namespaces:
                standing = {str(row.pk): row for row in rows if _stands(row, cluster.name, namespace)}
                _clear(client, namespace, standing)
                if cluster.gateway and client.has_kind("HTTPRoute"):
                    _clear_routes(client, namespace, {str(row.endpoint_id) for row in standing.values()})
    except Refusal:
        return


def take_away(row: Deployment) -> None:
    """All of a deployment whose only revision failed: its instances would be started for ever."""
    if row.placing is None:
        return
    with client_of(row.placing["cluster"]) as client:
        for kind in ("HorizontalPodAutoscaler", "Deployment"):
            client.delete(kind, row.placing["namespace"], row.placing["object"])


def _clear(client: Client, namespace: str, standing: dict[str, Deployment]) -> None:
    for kind in KINDS:
        for one in client.objects(kind, namespace, labels=ours()):
            if one["metadata"]["labels"].get(own("deployment")) not in standing:
                client.delete(kind, namespace, one["metadata"]["name"])


def _clear_routes(client: Client, namespace: str, endpoints: set[str]) -> None:
    for one in client.objects("HTTPRoute", namespace, labels=ours()):
        if one["metadata"]["labels"].get(own("endpoint")) not in endpoints:
            client.delete("HTTPRoute", namespace, one["metadata"]["name"])


def _stands(row: Deployment, cluster: str, namespace: str) -> bool:
    return any(
        placing is not None and (placing["cluster"], placing["namespace"]) == (cluster, namespace)
        for placing in (row.placing, row.ready_placing)
    )

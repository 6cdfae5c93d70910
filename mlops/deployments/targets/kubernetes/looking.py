"""One look at a namespace of a cluster: what stands there of ours, and how each deployment is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from mlops.clusters.kubernetes.client import Client
from mlops.clusters.kubernetes.names import MANAGED_BY, own
from mlops.clusters.models import Cluster
from mlops.deployments.models import Deployment
from mlops.deployments.targets.docker.rows import studio
from mlops.deployments.targets.kubernetes.places import addresses
from mlops.deployments.targets.kubernetes.states import PATIENCE_SECONDS, ended, observed, pods_of, replica, revision_of
from mlops.deployments.targets.observed import Observed, together
from mlops.formats.spoken import gettext as _

Thing = dict[str, Any]
LAST_LINES = 20


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """By the id of the deployment, but for the pods."""

    deployments: dict[str, Thing]
    services: dict[str, Thing]
    pods: list[Thing]


def ours() -> str:
    """The selector of all that this installation made."""
    marks = {**MANAGED_BY, own("studio"): studio()}
    return ",".join(f"{name}={value}" for name, value in marks.items())


def look(client: Client, namespace: str) -> Seen:
    found = {kind: client.objects(kind, namespace, labels=ours()) for kind in ("Deployment", "Service", "Pod")}
    return Seen(
        deployments={_id(one): one for one in found["Deployment"]},
        services={_id(one): one for one in found["Service"]},
        pods=found["Pod"],
    )


def states(
    row: Deployment, seen: Seen, *, cluster: Cluster, client: Client, namespace: str
) -> dict[tuple[str, int], Observed]:
    """Of the revision that the cluster was told last, and of the one before while its pods go on."""
    key = str(row.pk)
    standing = seen.deployments.get(key)
    if standing is None:
        reason = _("The cluster has no Deployment of it in the namespace “%(namespace)s”.") % {"namespace": namespace}
        missing = Observed(state="stopped", reason=reason, hint=_("It is applied again by itself."))
        return {(key, revision): missing for revision in _revisions(row)}
    told = revision_of(standing)
    service = seen.services.get(key)
    urls = addresses(cluster, service) if service is not None else []
    states = {}
    for revision in _revisions(row):
        pods = pods_of(seen.pods, id=key, revision=revision)
        if revision == told:
            words = {name: _last_words(client, namespace, name) for name in ended(pods)}
            states[(key, revision)] = observed(standing, pods, urls=urls, last_words=words)
        elif pods:
            replicas = [replica(one) for one in pods]
            states[(key, revision)] = together(replicas, wanted=len(pods), urls=urls, patience_seconds=PATIENCE_SECONDS)
    return states


def _last_words(client: Client, namespace: str, pod: str) -> list[str]:
    return client.logs(namespace, pod, lines=LAST_LINES, previous=True)


def _revisions(row: Deployment) -> Iterable[int]:
    present = row.revision if row.placing is not None else None
    return [one for one in dict.fromkeys((present, row.ready_revision)) if one is not None]


def _id(one: Thing) -> str:
    return str(one["metadata"].get("labels", {}).get(own("deployment"), ""))

"""The spools of pods as sources, by way of the API server: nobody but it can reach a pod from everywhere.

A pod's spool is an emptyDir: it survives the restart of its container, and a pod that ends waits until it was taken
(pods.py). What a node takes with it when it is lost is lost."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
from django.utils.translation import gettext as _

from mlops.clusters.kubernetes.names import own
from mlops.clusters.kubernetes.reaching import client_of
from mlops.clusters.models import Cluster
from mlops.deployments.collecting import spool_key
from mlops.deployments.models import Deployment
from mlops.deployments.remote_spools import HttpSource
from mlops.deployments.targets.kubernetes.looking import ours
from mlops.formats.refusal import Refusal
from mlops.scoring.spool.folder import Held


def sources(deployment: Deployment) -> list[PodsSource]:
    placings = {
        (placing["cluster"], placing["namespace"])
        for placing in (deployment.placing, deployment.ready_placing)
        if placing is not None and "cluster" in placing
    }
    return [PodsSource(cluster, namespace, deployment.pk) for cluster, namespace in sorted(placings)]


def left(present: set[UUID]) -> Iterator[tuple[UUID, PodsSource]]:
    """Pods of deployments that were deleted, while they wait. Clusters that cannot be asked are left for later."""
    for cluster in Cluster.objects.all():
        for namespace in cluster.used_namespaces:
            ids: set[UUID] = set()
            with contextlib.suppress(Refusal), client_of(cluster.name) as client:
                pods = client.objects("Pod", namespace, labels=ours())
                ids = {UUID(pod["metadata"]["labels"][own("deployment")]) for pod in pods}
            for pk in ids - present:
                yield pk, PodsSource(cluster.name, namespace, pk)


class PodsSource:
    """Of all pods that a deployment has in a namespace, of any revision."""

    def __init__(self, cluster: str, namespace: str, pk: UUID) -> None:
        self.name = f"the cluster {cluster}, namespace {namespace}"
        self._cluster = cluster
        self._namespace = namespace
        self._pk = pk
        self._pod_of: dict[str, str] = {}
        """Segment to the pod that holds it."""

    def held(self) -> list[Held]:
        """A pod that cannot be asked just now is passed over, unless none can be."""
        found: list[Held] = []
        refused: list[Refusal] = []
        with client_of(self._cluster) as client:
            labels = f"{ours()},{own('deployment')}={self._pk}"
            pods = [one for one in client.objects("Pod", self._namespace, labels=labels) if _runs(one)]
            for pod in pods:
                name = pod["metadata"]["name"]
                try:
                    segments = self._asked(client, name).held()
                except Refusal as refusal:
                    refused.append(refusal)
                    continue
                found += segments
                self._pod_of |= {one.name: name for one in segments}
        if refused and len(refused) == len(pods):
            raise refused[0]
        return sorted(found, key=lambda one: one.name)

    def read(self, name: str) -> bytes:
        pod = self._pod_of.get(name)
        if pod is None:
            raise Refusal("segment_gone", _("There is no segment %(name)s.") % {"name": name}, status=404)
        with client_of(self._cluster) as client:
            return self._asked(client, pod).read(name)

    def discard(self, name: str) -> None:
        pod = self._pod_of.get(name)
        if pod is not None:
            with client_of(self._cluster) as client:
                self._asked(client, pod).discard(name)

    def _asked(self, client: Any, pod: str) -> HttpSource:
        def ask(method: str, path: str, *, headers: dict[str, str]) -> httpx.Response:
            answer: httpx.Response = client.through(method, self._namespace, pod, path, headers=headers)
            return answer

        return HttpSource(pod, ask, key=spool_key(self._pk))


def _runs(pod: dict[str, Any]) -> bool:
    """One that ends still runs until it is gone."""
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    return any("running" in (one.get("state") or {}) for one in statuses)

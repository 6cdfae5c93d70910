"""Where a deployment stands: which cluster, which namespace, how it is reached; and a client for it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.access.sealing import unseal
from mlops.clusters import queries
from mlops.clusters.models import Cluster
from mlops.deployments.targets.kubernetes import kubeconfig
from mlops.deployments.targets.kubernetes.client import Client
from mlops.deployments.targets.kubernetes.kubeconfig import Access
from mlops.deployments.targets.kubernetes.wanted import KubernetesOptions, RegistryLogin
from mlops.deployments.targets.options import check_options
from mlops.formats.refusal import Refusal, Where

REMEMBERED_SECONDS = 10.0
_unreachable: dict[str, tuple[float, Refusal]] = {}
"""By the cluster's id: until when (monotonic) it is not asked again, and what it said. Only spares waiting."""


def read_options(given: Mapping[str, Any]) -> KubernetesOptions:
    """Raises Refusal `target_option_unknown` or `target_option_invalid`."""
    check_options(given, KubernetesOptions.__struct_fields__, target="kubernetes")
    try:
        return msgspec.convert(given, KubernetesOptions)
    except msgspec.ValidationError as error:
        place = str(error).partition("`$.")[2].rstrip("`") or "target_options"
        why = str(error).partition(" - at")[0]
        raise Refusal(
            "target_option_invalid",
            _("The option “%(place)s” cannot be understood: %(why)s.") % {"place": place, "why": why},
            hint=_("Correct it, or leave it out for what is usual."),
            where=Where(parameter=f"target_options.{place}"),
        ) from None


def access_of(cluster: Cluster) -> Access:
    """Raises Refusal where the kubeconfig is of no use."""
    if cluster.kubeconfig:
        return kubeconfig.read(unseal(cluster.kubeconfig), context=cluster.context)
    if cluster.kubeconfig_file:
        path = Path(cluster.kubeconfig_file)
        try:
            text = path.read_text()
        except OSError as error:
            message = _("The kubeconfig %(path)s cannot be read: %(strerror)s.") % {
                "path": path,
                "strerror": error.strerror,
            }
            hint = _("An administrator changes it under “Clusters”.")
            raise Refusal("kubeconfig_unreadable", message, hint=hint) from None
        return kubeconfig.read(text, context=cluster.context, folder=path.parent)
    return kubeconfig.in_cluster(dict(os.environ))


def namespace_of(cluster: Cluster, options: KubernetesOptions) -> str:
    return options.namespace or cluster.namespace or access_of(cluster).namespace


def login_of(cluster: Cluster) -> RegistryLogin | None:
    if not cluster.registry or not cluster.registry_user:
        return None
    server = cluster.registry.partition("/")[0]
    return RegistryLogin(server=server, user=cluster.registry_user, password=unseal(cluster.registry_password))


@contextmanager
def client_of(name: str) -> Iterator[Client]:
    """Raises Refusal at once where the cluster could not be reached a moment ago."""
    cluster = queries.named(name)
    remembered = _unreachable.get(str(cluster.pk))
    if remembered is not None and time.monotonic() < remembered[0]:
        raise remembered[1]
    try:
        with Client(access_of(cluster)) as client:
            yield client
        _unreachable.pop(str(cluster.pk), None)
    except Refusal as refusal:
        if refusal.code == "cluster_unreachable":
            _unreachable[str(cluster.pk)] = (time.monotonic() + REMEMBERED_SECONDS, refusal)
        raise


def addresses(cluster: Cluster, service: Mapping[str, Any]) -> list[str]:
    """Where the router reaches a Service; none while a load balancer has no address yet."""
    metadata, spec = service["metadata"], service["spec"]
    port = spec["ports"][0]
    if spec["type"] == "NodePort":
        return [f"http://{cluster.node_address}:{port['nodePort']}"] if port.get("nodePort") else []
    if spec["type"] == "LoadBalancer":
        ingress = (service.get("status", {}).get("loadBalancer") or {}).get("ingress") or []
        hosts = [one.get("ip") or one.get("hostname") for one in ingress]
        return [f"http://{f'[{host}]' if ':' in host else host}:{port['port']}" for host in hosts if host]
    return [f"http://{metadata['name']}.{metadata['namespace']}.svc:{port['port']}"]

"""Where a deployment stands: which cluster, which namespace, how it is reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.access.sealing import unseal
from mlops.clusters.kubernetes.reaching import access_of
from mlops.clusters.models import Cluster
from mlops.deployments.targets.kubernetes.wanted import KubernetesOptions, RegistryLogin
from mlops.deployments.targets.options import check_options
from mlops.formats.refusal import Refusal, Where


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


def namespace_of(cluster: Cluster, options: KubernetesOptions) -> str:
    return options.namespace or cluster.namespace or access_of(cluster).namespace


def login_of(cluster: Cluster) -> RegistryLogin | None:
    if not cluster.registry or not cluster.registry_user:
        return None
    server = cluster.registry.partition("/")[0]
    return RegistryLogin(server=server, user=cluster.registry_user, password=unseal(cluster.registry_password))


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

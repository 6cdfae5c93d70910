"""What a cluster lets us do, asked of its own rules before anything fails: for whoever sets it up."""

from __future__ import annotations

import msgspec

from mlops.clusters.kubernetes.reaching import access_of, client_of
from mlops.clusters.kubernetes.rights import right
from mlops.clusters.models import Cluster
from mlops.formats.refusal import Refusal

CHANGED = ("Deployment", "Service", "Secret", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy")
VERBS = ("get", "list", "create", "patch", "delete")


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """Of one namespace. `missing`: such as “patch deployments.apps”."""

    version: str = ""
    namespace: str = ""
    missing: tuple[str, ...] = ()
    problem: str = ""
    hint: str = ""


def examine(cluster: Cluster) -> Findings:
    """About thirty short questions; never raises."""
    try:
        namespace = cluster.namespace or access_of(cluster).namespace
        wanted = [(verb, kind) for kind in (*CHANGED, *(("HTTPRoute",) if cluster.gateway else ())) for verb in VERBS]
        wanted += [("get", "Pod"), ("list", "Pod")]
        with client_of(cluster.name) as client:
            version = client.version()
            missing = [right(verb, kind) for verb, kind in wanted if not client.may(verb, kind, namespace)]
            missing += [
                f"{verb} pods/proxy (to take what was collected)"
                for verb in ("get", "delete")
                if not client.may(verb, "Pod", namespace, part="proxy")
            ]
            has_gateways = not cluster.gateway or client.has_kind("HTTPRoute")
    except Refusal as refusal:
        return Findings(problem=refusal.message, hint=refusal.hint)
    problem = "" if has_gateways else "The cluster has no Gateway API, so our router splits the traffic alone."
    return Findings(version=version, namespace=namespace, missing=tuple(missing), problem=problem)

"""The HTTPRoute of an endpoint: the cluster's own Gateway splits the traffic (Gateway API v1).

A Gateway does not know our keys: whoever reaches it may score (docs/decisions/0060)."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from mlops.clusters.kubernetes.names import own
from mlops.deployments.targets.kubernetes.marks import route_labels
from mlops.deployments.targets.kubernetes.wanted import GatewayRoute

HEADER = "azureml-model-deployment"


def http_route(route: GatewayRoute) -> dict[str, Any]:
    """A caller who names a deployment gets it; everybody else is shared out by weight."""
    parent = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": route.gateway}
    if route.gateway_namespace:
        parent["namespace"] = route.gateway_namespace
    spec = {
        "parentRefs": [parent],
        **({"hostnames": [route.hostname]} if route.hostname else {}),
        "rules": [*(_named(route, name) for name in sorted(route.services)), _shared(route)],
    }
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {
            "name": route.object,
            "namespace": route.namespace,
            "labels": route_labels(route),
            "annotations": {
                own("endpoint-name"): f"{route.project}/{route.endpoint}",
                own("digest"): hashlib.sha256(msgspec.json.encode(spec, order="deterministic")).hexdigest(),
            },
        },
        "spec": spec,
    }


def _named(route: GatewayRoute, name: str) -> dict[str, Any]:
    header = {"type": "Exact", "name": HEADER, "value": name}
    return _rule(route, match={"headers": [header]}, backends=[_backend(route, name)], filters=[])


def _shared(route: GatewayRoute) -> dict[str, Any]:
    backends = [{**_backend(route, name), "weight": route.weights.get(name, 0)} for name in sorted(route.services)]
    copies = [{"backendRef": _backend(route, mirror.deployment), "percent": mirror.percent} for mirror in route.mirrors]
    filters = [{"type": "RequestMirror", "requestMirror": copy} for copy in copies]
    return _rule(route, match={}, backends=backends, filters=filters)


def _rule(
    route: GatewayRoute, *, match: dict[str, Any], backends: list[dict[str, Any]], filters: list[dict[str, Any]]
) -> dict[str, Any]:
    rewrite = {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}}
    return {
        "matches": [{"path": {"type": "PathPrefix", "value": route.path}, **match}],
        "filters": [{"type": "URLRewrite", "urlRewrite": rewrite}, *filters],
        "backendRefs": backends,
        "timeouts": {"request": _duration(route.timeout_seconds)},
    }


def _backend(route: GatewayRoute, name: str) -> dict[str, Any]:
    service, port = route.services[name]
    return {"name": service, "port": port}


def _duration(seconds: float) -> str:
    """As GEP-2257 writes it: whole units, at most five digits each."""
    milliseconds = round(seconds * 1000)
    return f"{milliseconds // 1000}s" if milliseconds % 1000 == 0 else f"{milliseconds}ms"

"""Labels by which our objects are found, and annotations that say where they come from."""

from __future__ import annotations

from mlops.clusters.kubernetes.names import MANAGED_BY, label_value, own
from mlops.deployments.targets.kubernetes.wanted import GatewayRoute, Workload


def selector(wanted: Workload) -> dict[str, str]:
    """Never changes: a Deployment's selector cannot."""
    return {"app.kubernetes.io/instance": wanted.object, own("deployment"): wanted.id}


def labels(wanted: Workload) -> dict[str, str]:
    return {
        **MANAGED_BY,
        **selector(wanted),
        "app.kubernetes.io/name": "scoring",
        "app.kubernetes.io/part-of": label_value(wanted.endpoint),
        own("endpoint"): wanted.endpoint_id,
        own("project"): label_value(wanted.project),
        own("studio"): label_value(wanted.studio),
    }


def notes(wanted: Workload) -> dict[str, str]:
    own_words = {own(name): value for name, value in sorted(wanted.provenance.items()) if value}
    return {
        own("endpoint-name"): f"{wanted.project}/{wanted.endpoint}",
        own("deployment-name"): wanted.name,
        own("model"): wanted.model,
        own("image"): wanted.image,
        **own_words,
    }


def route_labels(route: GatewayRoute) -> dict[str, str]:
    return {
        **MANAGED_BY,
        "app.kubernetes.io/part-of": label_value(route.endpoint),
        own("endpoint"): route.endpoint_id,
        own("project"): label_value(route.project),
        own("studio"): label_value(route.studio),
    }

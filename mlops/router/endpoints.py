"""The routing table, made ready for requests: endpoints by project and name, with their credentials and shares."""

from __future__ import annotations

import math

from mlops.formats.refusal import Refusal, nearest
from mlops.formats.serving import Credential, DeploymentRoute, EndpointRoute, RoutingTable


class Endpoint:
    """`shares`: the deployments that take traffic and their percent, the remainder to 100 with the default."""

    def __init__(self, route: EndpointRoute) -> None:
        self.route = route
        self.id = route.id
        self.name = route.name
        self.deployments = {deployment.name: deployment for deployment in route.deployments}
        self.credentials = {known.digest.lower(): known for known in (*_keys(route), *route.credentials)}
        self.shares = _shares(route)
        self.mirrors = tuple(deployment for deployment in route.deployments if deployment.mirror > 0)
        self.sticky_cookie = route.sticky_cookie.encode("latin-1", "ignore")
        self.sticky_query = route.sticky_query.encode("latin-1", "ignore")
        self.cors_origins = frozenset(route.cors_origins)


class Endpoints:
    """All that the table names."""

    def __init__(self, table: RoutingTable) -> None:
        self.revision = table.revision
        self.by_id = {route.id: Endpoint(route) for route in table.endpoints}
        self._by_name = {(one.route.project, one.name): one for one in self.by_id.values()}

    def find(self, project: str, name: str) -> Endpoint:
        endpoint = self._by_name.get((project, name))
        if endpoint is None:
            known = [other for slug, other in self._by_name if slug == project]
            raise Refusal(
                "unknown_endpoint",
                f"There is no endpoint '{name}' in the project '{project}'.",
                hint=nearest(name, known) or "The endpoint's page shows its scoring URI.",
                status=404,
            )
        return endpoint


def _keys(route: EndpointRoute) -> list[Credential]:
    names = ("primary", "secondary")
    return [Credential(id=name, digest=digest) for name, digest in zip(names, route.key_digests, strict=False)]


def _shares(route: EndpointRoute) -> tuple[tuple[DeploymentRoute, float], ...]:
    weights = {deployment.name: max(deployment.weight, 0.0) for deployment in route.deployments}
    rest = 100.0 - math.fsum(weights.values())
    heaviest = max(weights, key=lambda name: weights[name], default="")
    taker = route.default if route.default in weights else heaviest if weights.get(heaviest) else ""
    if taker and rest > 1e-9:
        weights[taker] += rest
    return tuple((one, weights[one.name]) for one in route.deployments if weights[one.name] > 0)

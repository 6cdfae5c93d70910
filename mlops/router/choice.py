"""Which endpoint a path means, who may call it, and which of its deployments answers."""

from __future__ import annotations

import hashlib
import hmac
import random

from mlops.formats.refusal import Refusal, nearest
from mlops.formats.serving import DeploymentRoute, EndpointRoute, RoutingTable

DEPLOYMENT_HEADER = b"azureml-model-deployment"
STICKY_HEADER = b"x-mlops-sticky-key"


class Endpoints:
    """A routing table, found by project and name."""

    def __init__(self, table: RoutingTable) -> None:
        self.revision = table.revision
        self.table = table
        self._by_name = {(endpoint.project, endpoint.name): endpoint for endpoint in table.endpoints}

    def find(self, project: str, name: str) -> EndpointRoute:
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


def authenticate(endpoint: EndpointRoute, *, authorization: bytes, api_key: bytes) -> None:
    """Every key is compared, so that the time tells nothing."""
    if not endpoint.auth_enabled:
        return
    scheme, _, token = authorization.partition(b" ")
    given = token.strip() if scheme.lower() == b"bearer" else api_key
    if not given:
        raise Refusal(
            "no_key",
            f"The endpoint '{endpoint.name}' needs a key, and the request has none.",
            hint="Send the header 'Authorization: Bearer KEY' or 'api-key: KEY'; keys are on the endpoint's page.",
            status=401,
        )
    digest = hashlib.sha256(given).hexdigest()
    matches = [hmac.compare_digest(digest, known.lower()) for known in endpoint.key_digests]
    if not any(matches):
        raise Refusal(
            "wrong_key",
            f"The key is not one of the endpoint '{endpoint.name}'.",
            hint="It may have been regenerated; the present keys are on the endpoint's page.",
            status=401,
        )


def choose(endpoint: EndpointRoute, *, wanted: bytes = b"", sticky_key: bytes = b"") -> DeploymentRoute:
    """By name when asked for, else by weight: at random, or always the same for one sticky key."""
    if wanted:
        return _named(endpoint, wanted.decode("latin-1"))
    share = 100.0 * (_fraction(endpoint.id, sticky_key) if sticky_key else random.random())
    reached = 0.0
    for deployment in endpoint.deployments:
        reached += deployment.weight
        if share < reached:
            return deployment
    return _remainder(endpoint)


def _named(endpoint: EndpointRoute, name: str) -> DeploymentRoute:
    for deployment in endpoint.deployments:
        if deployment.name == name:
            return deployment
    known = [deployment.name for deployment in endpoint.deployments]
    listed = f"Its deployments are: {', '.join(known)}." if known else "It has no deployment."
    raise Refusal(
        "unknown_deployment",
        f"The endpoint '{endpoint.name}' has no deployment '{name}'.",
        hint=f"{nearest(name, known)} {listed}".strip(),
        status=404,
    )


def _remainder(endpoint: EndpointRoute) -> DeploymentRoute:
    default = next((d for d in endpoint.deployments if d.name == endpoint.default), None)
    heaviest = max(endpoint.deployments, key=lambda d: d.weight, default=None)
    chosen = default or (heaviest if heaviest is not None and heaviest.weight > 0 else None)
    if chosen is None:
        raise Refusal(
            "no_traffic",
            f"No deployment of the endpoint '{endpoint.name}' receives traffic.",
            hint="Give a deployment a share of the traffic, or name one with the header azureml-model-deployment.",
            status=503,
        )
    return chosen


def _fraction(endpoint_id: str, key: bytes) -> float:
    """0 up to 1, the same for the same key of one endpoint."""
    digest = hashlib.sha256(endpoint_id.encode() + b"\0" + key).digest()
    return int.from_bytes(digest[:7], "big") / 2.0**56

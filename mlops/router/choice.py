"""Which deployment answers a request: the one that is named, else by weight, and for a sticky key always the same."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from hashlib import blake2b
from urllib.parse import parse_qsl

from mlops.formats.refusal import Refusal, nearest
from mlops.formats.serving import Credential, DeploymentRoute
from mlops.http.exchange import Request
from mlops.router.endpoints import Endpoint

DEPLOYMENT_HEADER = b"azureml-model-deployment"
STICKY_HEADER = b"x-mlops-sticky-key"

Shares = Sequence[tuple[DeploymentRoute, float]]


def choose(
    endpoint: Endpoint, *, wanted: bytes = b"", sticky_key: bytes = b"", credential: Credential | None = None
) -> DeploymentRoute:
    """By name when asked for, else by weight among those that the credential may call."""
    scope = credential.deployments if credential is not None else ()
    if wanted:
        return _named(endpoint, wanted.decode("latin-1"), scope=scope)
    shares: Shares = endpoint.shares
    if scope:
        shares = [(deployment, weight) for deployment, weight in shares if deployment.name in scope]
        only = endpoint.deployments.get(scope[0]) if len(scope) == 1 else None
        if only is not None:
            return only
    if not shares:
        raise _no_traffic(endpoint)
    if len(shares) == 1:
        return shares[0][0]
    return _rendezvous(endpoint.id, sticky_key, shares) if sticky_key else _at_random(shares)


def sticky_key(endpoint: Endpoint, request: Request) -> bytes:
    """The header's value, else that of the endpoint's query parameter, else of its cookie."""
    key = request.header(STICKY_HEADER)
    if not key and endpoint.sticky_query and endpoint.sticky_query in request.query:
        key = dict(parse_qsl(request.query)).get(endpoint.sticky_query, b"")
    if not key and endpoint.sticky_cookie:
        key = _cookie(request.header(b"cookie"), endpoint.sticky_cookie)
    return key


def _at_random(shares: Shares) -> DeploymentRoute:
    place = random.random() * math.fsum(weight for _, weight in shares)
    for deployment, weight in shares:
        place -= weight
        if place < 0:
            return deployment
    return shares[-1][0]


def _rendezvous(endpoint_id: str, key: bytes, shares: Shares) -> DeploymentRoute:
    """Weighted rendezvous hashing: each deployment draws -ln(u)/weight with a u of its own from the key, the least
    wins. A change of weights moves a key only to a deployment that gained in proportion to the key's own."""
    salt = endpoint_id.encode()

    def draw(share: tuple[DeploymentRoute, float]) -> float:
        digest = blake2b(b"%b\0%b\0%b" % (salt, share[0].name.encode(), key), digest_size=8).digest()
        return -math.log((int.from_bytes(digest, "big") + 1) / 2.0**64) / share[1]

    return min(shares, key=draw)[0]


def _cookie(header: bytes, name: bytes) -> bytes:
    for pair in header.split(b";"):
        key, _, value = pair.strip().partition(b"=")
        if key == name:
            return value
    return b""


def _named(endpoint: Endpoint, name: str, *, scope: tuple[str, ...]) -> DeploymentRoute:
    deployment = endpoint.deployments.get(name)
    if scope and name not in scope:
        raise Refusal(
            "out_of_scope",
            f"This token may not call the deployment '{name}' of the endpoint '{endpoint.name}'.",
            hint=f"It may call: {', '.join(scope)}.",
            status=403,
        )
    if deployment is None:
        known = list(endpoint.deployments)
        listed = f"Its deployments are: {', '.join(known)}." if known else "It has no deployment."
        raise Refusal(
            "unknown_deployment",
            f"The endpoint '{endpoint.name}' has no deployment '{name}'.",
            hint=f"{nearest(name, known)} {listed}".strip(),
            status=404,
        )
    return deployment


def _no_traffic(endpoint: Endpoint) -> Refusal:
    return Refusal(
        "no_traffic",
        f"No deployment of the endpoint '{endpoint.name}' that this caller may use receives traffic.",
        hint="Give a deployment a share of the traffic, or name one with the header azureml-model-deployment.",
        status=503,
    )

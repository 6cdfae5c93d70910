"""The requests that an endpoint answered last, as the router keeps them: with their ids, times by stage and status."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import msgspec

from mlops.access.decisions import require
from mlops.deployments.models import Endpoint, EndpointToken
from mlops.deployments.routers import ask
from mlops.formats.serving import RequestSample, RequestSamples

SECONDS = 2.0


def recent_requests(
    actor: Any, endpoint: Endpoint, *, deployment: str = "", failed_only: bool = False
) -> tuple[RequestSample, ...]:
    """Newest first. Raises Refusal `router_unreachable`."""
    require(actor, "read", endpoint.project)
    found = remembered(endpoint, failed_only=failed_only)
    names = {str(token.pk): token.name for token in EndpointToken.objects.filter(endpoint=endpoint)}
    return tuple(
        msgspec.structs.replace(one, credential=names.get(one.credential, one.credential))
        for one in found
        if deployment in ("", one.deployment)
    )


def remembered(endpoint: Endpoint, *, failed_only: bool = False) -> tuple[RequestSample, ...]:
    """By all routers, newest first. Raises Refusal `router_unreachable`."""
    query = urlencode({"endpoint": str(endpoint.pk), **({"failed": 1} if failed_only else {})})
    found: list[RequestSample] = []
    for one in ask(f"/-/requests?{query}", seconds=SECONDS):
        with suppress(msgspec.MsgspecError):
            found += msgspec.json.decode(one.body, type=RequestSamples).requests
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))

"""The requests that an endpoint answered last, as the router keeps them: with their ids, times by stage and status."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.deployments.models import Endpoint, EndpointToken
from mlops.formats.refusal import Refusal
from mlops.formats.serving import RequestSample, RequestSamples

SECONDS = 2.0


def recent_requests(
    actor: Any, endpoint: Endpoint, *, deployment: str = "", failed_only: bool = False
) -> tuple[RequestSample, ...]:
    """Newest first. Raises Refusal `router_unreachable`."""
    require(actor, "read", endpoint.project)
    found = _asked(endpoint, failed_only=failed_only)
    names = {str(token.pk): token.name for token in EndpointToken.objects.filter(endpoint=endpoint)}
    return tuple(
        msgspec.structs.replace(one, credential=names.get(one.credential, one.credential))
        for one in found
        if deployment in ("", one.deployment)
    )


def _asked(endpoint: Endpoint, *, failed_only: bool) -> tuple[RequestSample, ...]:
    from urllib.request import urlopen

    query = urlencode({"endpoint": str(endpoint.pk), **({"failed": 1} if failed_only else {})})
    try:
        with urlopen(f"{settings.ROUTER_URL}/-/requests?{query}", timeout=SECONDS) as answer:  # nosec B310
            return msgspec.json.decode(answer.read(), type=RequestSamples).requests
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise Refusal(
            "router_unreachable",
            _("The router at %(uri)s does not answer.") % {"uri": settings.ROUTER_URL},
            hint=_("Is `mlops up` running? MLOPS_ROUTER_URL says where the router is."),
            status=502,
        ) from error

"""Sends a test request to an endpoint, through the router, as any caller would."""

from __future__ import annotations

import time
from typing import Any

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops.access.granted import require_with
from mlops.deployments.keys import studio_key
from mlops.deployments.models import Endpoint
from mlops.deployments.queries import scoring_uri
from mlops.formats.refusal import Refusal

TIMEOUT_SECONDS = 70.0


class Invoked(msgspec.Struct, frozen=True, kw_only=True):
    """`answer`: the JSON of the body, or its text. `seconds`: from here through the router and back."""

    status: int
    answer: Any
    deployment: str
    request_id: str
    seconds: float


def invoke(actor: Any, endpoint: Endpoint, *, body: bytes, deployment: str = "") -> Invoked:
    require_with(actor, "endpoints.score", endpoint)
    return ask(endpoint, "POST", scoring_uri(endpoint), body=body, deployment=deployment)


def ask(endpoint: Endpoint, method: str, uri: str, *, body: bytes | None = None, deployment: str = "") -> Invoked:
    """With the studio's own key. Raises Refusal `endpoint_too_slow` or `router_unreachable`."""
    import httpx

    headers = {"Authorization": f"Bearer {studio_key(endpoint)}", "Content-Type": "application/json"}
    if deployment:
        headers["azureml-model-deployment"] = deployment
    try:
        # Without TLS there is no need to load the certificates, which takes longer than most answers.
        with httpx.Client(verify=uri.startswith("https:"), timeout=TIMEOUT_SECONDS) as http:
            began = time.perf_counter()
            response = http.request(method, _reached_at(uri), content=body, headers=headers)
            seconds = time.perf_counter() - began
    except httpx.TimeoutException as error:
        raise Refusal(
            "endpoint_too_slow",
            _("The endpoint did not answer within %(seconds)s seconds.") % {"seconds": f"{TIMEOUT_SECONDS:.0f}"},
            hint=_("Send fewer rows, or look at the log."),
            status=504,
        ) from error
    except httpx.HTTPError as error:
        raise Refusal(
            "router_unreachable",
            _("The router at %(uri)s does not answer.") % {"uri": uri},
            hint=_("Is `mlops up` running? MLOPS_ROUTER_URL says where the router is."),
            status=502,
        ) from error
    try:
        answer: Any = response.json()
    except ValueError:
        answer = response.text
    return Invoked(
        status=response.status_code,
        answer=answer,
        deployment=response.headers.get("azureml-model-deployment", ""),
        request_id=response.headers.get("x-request-id", ""),
        seconds=seconds,
    )


def _reached_at(uri: str) -> str:
    """Inside a network of containers, callers' address may lead nowhere."""
    inner = settings.INNER_ROUTER_URL
    return inner + uri.removeprefix(settings.ROUTER_URL) if inner else uri

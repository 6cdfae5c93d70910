"""Parts of an endpoint's page about its callers: tokens, who may call, and the requests that were answered last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import may
from mlops.deployments import tokens
from mlops.deployments.callers import change_callers
from mlops.deployments.models import AuthMode, Deployment, Endpoint
from mlops.deployments.recent import recent_requests
from mlops.formats.refusal import Refusal

DAYS = (30, 90, 365, 0)
SHOWN = 100


def consume_context(request: HttpRequest, endpoint: Endpoint) -> dict[str, Any]:
    used_at = {which: datetime.fromisoformat(at) for which, at in endpoint.keys_used_at.items()}
    if not may(request.user, "endpoints.keys", endpoint.project):
        return {}
    return {
        "keys_used_at": used_at,
        "tokens": list(tokens.tokens_of(endpoint)),
        "lifetimes": [(days, _("in %(days)s days") % {"days": days} if days else _("never")) for days in DAYS],
        "modes": AuthMode.choices,
        "origins": "\n".join(endpoint.cors_origins),
        "typed": request.POST if request.POST.get("act") == "create-token" else {},
        "now": timezone.now(),
    }


def create_token(request: HttpRequest, endpoint: Endpoint) -> tokens.MadeToken:
    days, scope = request.POST.get("days", ""), request.POST.get("scope", "")
    lasting = timedelta(days=int(days)) if days.isdecimal() and int(days) else None
    return tokens.create_token(
        request.user,
        endpoint,
        name=request.POST.get("name", ""),
        deployments=[scope] if scope else [],
        expires_at=timezone.now() + lasting if lasting else None,
    )


def revoke_token(request: HttpRequest, endpoint: Endpoint) -> None:
    token = tokens.token_of(endpoint, request.POST.get("token", ""))
    tokens.revoke_token(request.user, endpoint, token)
    messages.success(request, _("The token “%(name)s” is revoked.") % {"name": token.name})


def change(request: HttpRequest, endpoint: Endpoint) -> None:
    change_callers(
        request.user,
        endpoint,
        auth_mode=request.POST.get("auth_mode"),
        cors_origins=request.POST.get("cors_origins", "").split(),
        sticky_cookie=request.POST.get("sticky_cookie", "").strip(),
        sticky_query=request.POST.get("sticky_query", "").strip(),
    )
    messages.success(request, _("Saved; the router follows within a second."))


def requests_context(request: HttpRequest, endpoint: Endpoint, deployments: list[Deployment]) -> dict[str, Any]:
    of, failed_only = request.GET.get("deployment", ""), request.GET.get("failed") == "1"
    context: dict[str, Any] = {"of": of, "failed_only": failed_only}
    try:
        found = recent_requests(request.user, endpoint, deployment=of, failed_only=failed_only)
    except Refusal as refusal:
        return {**context, "trouble": refusal}
    rows = []
    for one in found[:SHOWN]:
        stages = " · ".join(f"{name} {milliseconds:.2f}" for name, milliseconds in one.stages.items())
        rows.append((datetime.fromtimestamp(one.at, UTC), one, stages))
    return {**context, "requests": rows}

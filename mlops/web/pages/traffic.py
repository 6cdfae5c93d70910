"""The traffic tab of an endpoint: shares by slider, what the deployments do side by side, and rollouts."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _

from mlops.access.decisions import may
from mlops.deployments import actions, queries
from mlops.deployments.models import Deployment, Endpoint
from mlops.deployments.rates import MINUTES, rates_of
from mlops.deployments.targets import has_address
from mlops.formats.refusal import Refusal
from mlops.rollouts import actions as rollouts
from mlops.rollouts.models import Rollout
from mlops.rollouts.queries import lines_of, live_rollout, rollout_of, rollouts_of
from mlops.web.guard import signed_in
from mlops.web.pages.rollout_form import plan_of, typed_in

MOST_PAST = 20
PARTS = {"forms": "_traffic_forms", "past": "_past_rollouts"}


@signed_in
def traffic_state(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """The live parts. Without `part`: rates side by side, and the rollout that is under way; else forms or past."""
    endpoint = queries.visible_endpoint(request.user, endpoint_id)
    template = PARTS.get(request.GET.get("part", ""), "_traffic_live")
    context = tab(request, endpoint, list(queries.deployments_of(endpoint)))
    return render(request, f"web/endpoints/{template}.html", context)


def tab(request: HttpRequest, endpoint: Endpoint, deployments: list[Deployment]) -> dict[str, Any]:
    reachable = [one for one in deployments if has_address(one.target)]
    typed = request.POST if request.POST.get("act") == "traffic" else {}
    shares = [
        {
            "deployment": one,
            "share": typed.get(f"share-{one.name}", endpoint.traffic.get(one.name, 0)),
            "mirror": typed.get(f"mirror-{one.name}", endpoint.mirrors.get(one.name, 0)),
            "now": endpoint.traffic.get(one.name, 0),
        }
        for one in reachable
    ]
    return {
        "shares": shares,
        "begin": typed_in(request.POST),
        "may_begin": len(reachable) > 1,
        **live_context(request, endpoint),
    }


def live_context(request: HttpRequest, endpoint: Endpoint) -> dict[str, Any]:
    deployments = list(queries.deployments_of(endpoint))
    rates = rates_of(deployments)
    live = live_rollout(endpoint)
    past = [one for one in rollouts_of(endpoint)[: MOST_PAST + 1] if not one.is_live]
    return {
        "endpoint": endpoint,
        "project": endpoint.project,
        "minutes": MINUTES,
        "side_by_side": [
            {"deployment": one, "share": endpoint.traffic.get(one.name, 0), "rates": rates[one.name]}
            for one in deployments
        ],
        "rollout": live,
        "lines": lines_of(live) if live else [],
        "past": past,
        "may_go_back": past[0] if past and not live and _may_go_back(past[0], endpoint) else None,
        "may_contribute": may(request.user, "endpoints.traffic", endpoint.project),
    }


def _may_go_back(rollout: Rollout, endpoint: Endpoint) -> bool:
    return rollout.state == "finished" and rollout.traffic_after == endpoint.traffic


def set_traffic(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    shares, mirrors = (
        {key.removeprefix(prefix): value or 0 for key, value in request.POST.items() if key.startswith(prefix)}
        for prefix in ("share-", "mirror-")
    )
    actions.update_traffic(
        request.user, endpoint, shares=shares, mirrors=mirrors or None, reason=request.POST.get("reason", "")
    )
    return _said(request, endpoint, _("The traffic is set; the router follows within a second."))


def restore_traffic(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    actions.restore_traffic(request.user, endpoint)
    return _said(request, endpoint, _("The traffic is what it was before; the router follows within a second."))


def begin(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    typed = typed_in(request.POST)
    rollout = rollouts.create_rollout(
        request.user,
        endpoint,
        candidate=queries.deployment_of(endpoint, typed["candidate"]),
        control=queries.deployment_of(endpoint, typed["control"]) if typed["control"] else None,
        plan=plan_of(typed),
        reason=typed["reason"],
    )
    return _said(request, endpoint, _("Rollout %s begins within a few seconds.") % rollout.number)


LEAD: dict[str, Callable[..., Rollout]] = {
    "pause": rollouts.pause,
    "resume": rollouts.resume,
    "promote": rollouts.promote,
    "rollback": rollouts.roll_back,
    "stop": rollouts.stop,
}


def lead(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    """`verb` and `number` of the rollout."""
    verb, number = request.POST.get("verb", ""), request.POST.get("number", "")
    if verb not in LEAD or not number.isdecimal():
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    rollout = LEAD[verb](request.user, rollout_of(endpoint, int(number)))
    told = {"number": rollout.number, "state": rollout.get_state_display()}
    return _said(request, endpoint, _("Rollout %(number)s: %(state)s.") % told)


ACTS: dict[str, Callable[[HttpRequest, Endpoint], HttpResponse]] = {
    "traffic": set_traffic,
    "restore-traffic": restore_traffic,
    "begin": begin,
    "lead": lead,
}


def _said(request: HttpRequest, endpoint: Endpoint, text: str) -> HttpResponse:
    messages.success(request, text)
    response = redirect("web:endpoint", endpoint.pk)
    response["Location"] += "?tab=traffic"
    return response


urlpatterns: list[URLPattern | URLResolver] = [
    path("endpoints/<uuid:endpoint_id>/traffic/state/", traffic_state, name="traffic-state"),
]

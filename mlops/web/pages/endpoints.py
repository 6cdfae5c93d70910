"""The pages about endpoints: list, and one endpoint with its tabs. The deploy wizard is in a module of its own."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may
from mlops.deployments import actions, queries
from mlops.deployments.consuming import program
from mlops.deployments.models import Deployment, Endpoint
from mlops.deployments.searching import ENDPOINTS
from mlops.deployments.snippets import LANGUAGES
from mlops.deployments.targets import target
from mlops.formats.failures import explain
from mlops.formats.refusal import Refusal
from mlops.rollouts.queries import live_rollout
from mlops.tags.filters import tags_of_many
from mlops.web.guard import signed_in
from mlops.web.listing import listed
from mlops.web.pages import callers, deploying, guests, traffic
from mlops.web.pages.trying import Trial, first_trial, tried
from mlops.web.projects import current_project, show_project

TABS = ("overview", "traffic", "test", "consume", "requests", "logs")
CONSUME_ACTS = ("regenerate", "create-token", "revoke-token", "callers")
LOG_LINES = 300


@signed_in
def endpoints(request: HttpRequest) -> HttpResponse:
    project = current_project(request)
    context = _list_context(request, project) | {"may_contribute": may(request.user, "models.deploy", project)}
    return render(request, "web/endpoints/list.html", context, status=context["listed"].status)


@signed_in
def endpoint_lines(request: HttpRequest) -> HttpResponse:
    """The live part of the list."""
    project = current_project(request)
    return render(request, "web/endpoints/_lines.html", _list_context(request, project))


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
@guests.or_guest(guests.endpoint, methods=("GET", "POST"))
def endpoint(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """Tabs: TABS. POST `act`: traffic, regenerate, delete, delete-deployment, test."""
    shown = queries.visible_endpoint(request.user, endpoint_id)
    show_project(request, shown.project)
    if request.method == "GET":
        is_old = request.GET.get("tab") == "metrics"
        return redirect("web:telemetry", shown.pk) if is_old else _page(request, shown)
    acts = {
        **traffic.ACTS,
        "regenerate": _regenerate,
        "create-token": _create_token,
        "revoke-token": _revoke_token,
        "callers": _callers,
        "delete": _delete,
        "delete-deployment": _delete_deployment,
        "test": _test,
    }
    name = request.POST.get("act", "")
    if name not in acts:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    try:
        return acts[name](request, shown)
    except Refusal as refusal:
        tab = "test" if name == "test" else "consume" if name in CONSUME_ACTS else "overview"
        tab = "traffic" if name in traffic.ACTS else tab
        return _page(request, shown, tab=tab, problem=refusal)


@signed_in
def endpoint_state(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """The live part of the overview: state and deployments."""
    shown = queries.visible_endpoint(request.user, endpoint_id)
    return render(request, "web/endpoints/_deployments.html", _base_context(request, shown))


def _page(request: HttpRequest, endpoint: Endpoint, *, tab: str = "", **more: Any) -> HttpResponse:
    tab = tab or request.GET.get("tab", TABS[0])
    if tab not in TABS:
        tab = TABS[0]
    problem: Refusal | None = more.get("problem")
    base = _base_context(request, endpoint)
    build = {
        "overview": _overview_tab,
        "traffic": traffic.tab,
        "test": _test_tab,
        "consume": _consume_tab,
        "requests": callers.requests_context,
        "logs": _logs_tab,
    }
    context = {**base, "tab": tab, **build[tab](request, endpoint, base["deployments"]), **more}
    return render(request, "web/endpoints/endpoint.html", context, status=problem.status if problem else 200)


def _base_context(request: HttpRequest, endpoint: Endpoint) -> dict[str, Any]:
    deployments = list(queries.deployments_of(endpoint))
    return {
        "endpoint": endpoint,
        "project": endpoint.project,
        "deployments": deployments,
        "lines": [(one, endpoint.traffic.get(one.name, 0)) for one in deployments],
        "health": queries.health_of(endpoint, deployments),
        "rollout": live_rollout(endpoint),
        "may_contribute": may(request.user, "models.deploy", endpoint.project),
    }


def _list_context(request: HttpRequest, project: Any) -> dict[str, Any]:
    found = listed(request, ENDPOINTS, queries.visible_to(request.user).filter(project=project), project=project.slug)
    tags = tags_of_many(found.rows)
    lines = []
    for endpoint in found.rows:
        deployments = list(queries.deployments_of(endpoint))
        lines.append(
            {
                "endpoint": endpoint,
                "deployments": [(one, endpoint.traffic.get(one.name, 0)) for one in deployments],
                "health": queries.health_of(endpoint, deployments),
                "summary": queries.traffic_summary(endpoint),
                "tags": tags[str(endpoint.pk)],
            }
        )
    return {"lines": lines, "project": project, "listed": found}


def _overview_tab(request: HttpRequest, endpoint: Endpoint, deployments: list[Deployment]) -> dict[str, Any]:
    return {"summary": queries.traffic_summary(endpoint)}


def _test_tab(request: HttpRequest, endpoint: Endpoint, deployments: list[Deployment]) -> dict[str, Any]:
    chosen = _chosen(request, endpoint, deployments)
    if request.method == "POST":
        return {"chosen": chosen, "trial": Trial.from_form(chosen, request.POST)}
    return {"chosen": chosen, "trial": first_trial(chosen, mode=request.GET.get("mode", ""))}


def _consume_tab(request: HttpRequest, endpoint: Endpoint, deployments: list[Deployment]) -> dict[str, Any]:
    chosen = _chosen(request, endpoint, deployments)
    uri = queries.scoring_uri(endpoint)
    keys = (
        actions.credentials(request.user, endpoint) if may(request.user, "endpoints.keys", endpoint.project) else None
    )
    shown = next((one for one in LANGUAGES if one.name == request.GET.get("language")), LANGUAGES[0])
    return {
        "uri": uri,
        "keys": keys,
        **callers.consume_context(request, endpoint),
        "chosen": chosen,
        "languages": LANGUAGES,
        "language": shown,
        "program": program(endpoint, chosen, language_name=shown.name),
    }


def _logs_tab(request: HttpRequest, endpoint: Endpoint, deployments: list[Deployment]) -> dict[str, Any]:
    chosen = _chosen(request, endpoint, deployments)
    try:
        lines = target(chosen.target).logs(chosen, lines=LOG_LINES) if chosen else []
    except Refusal as refusal:  # its engine or cluster cannot be asked
        return {"chosen": chosen, "log": [], "known": (), "problem": refusal}
    known = explain([chosen.reason, *lines]) if chosen else ()
    return {"chosen": chosen, "log": lines, "known": known}


def _chosen(request: HttpRequest, endpoint: Endpoint, deployments: list[Deployment]) -> Deployment | None:
    """The deployment asked for, else the one with the most traffic, else the first."""
    wanted = (request.POST if request.method == "POST" else request.GET).get("deployment", "")
    if wanted:
        return queries.deployment_of(endpoint, wanted)
    return max(deployments, key=lambda one: endpoint.traffic.get(one.name, 0), default=None)


def _regenerate(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    which = request.POST.get("key", "")
    hours = int(request.POST["hours"]) if request.POST.get("hours", "").isdecimal() else 0
    actions.regenerate_key(request.user, endpoint, which=which, grace_seconds=hours * 3600.0)
    said = _("There is a new %(which)s key; callers with the old one are refused.")
    if hours:
        said = _("There is a new %(which)s key; the old one goes on for %(hours)s h.")
    messages.success(request, said % {"which": which, "hours": hours})
    return _to_tab(endpoint, "consume")


def _create_token(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    """The secret is in this answer and nowhere else."""
    return _page(request, endpoint, tab="consume", made=callers.create_token(request, endpoint))


def _revoke_token(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    callers.revoke_token(request, endpoint)
    return _to_tab(endpoint, "consume")


def _callers(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    callers.change(request, endpoint)
    return _to_tab(endpoint, "consume")


def _delete(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    name = endpoint.name
    actions.delete_endpoint(request.user, endpoint)
    messages.success(request, _("The endpoint “%(name)s” is deleted.") % {"name": name})
    return redirect("web:endpoints")


def _delete_deployment(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    deployment = queries.deployment_of(endpoint, request.POST.get("deployment", ""))
    actions.delete_deployment(request.user, deployment)
    messages.success(request, _("The deployment “%(name)s” is deleted.") % {"name": deployment.name})
    return redirect("web:endpoint", endpoint.pk)


def _test(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    """The answer is shown below the form, which keeps what was typed."""
    chosen = _chosen(request, endpoint, list(queries.deployments_of(endpoint)))
    trial = Trial.from_form(chosen, request.POST)
    wanted = request.POST.get("deployment", "")
    return _page(request, endpoint, tab="test", trial=trial, answer=tried(request.user, endpoint, trial, wanted))


def _to_tab(endpoint: Endpoint, tab: str) -> HttpResponse:
    response = redirect("web:endpoint", endpoint.pk)
    response["Location"] += f"?tab={tab}"
    return response


urlpatterns: list[URLPattern | URLResolver] = [
    path("endpoints/", endpoints, name="endpoints"),
    path("endpoints/lines/", endpoint_lines, name="endpoint-lines"),
    path("endpoints/<uuid:endpoint_id>/", endpoint, name="endpoint"),
    path("endpoints/<uuid:endpoint_id>/state/", endpoint_state, name="endpoint-state"),
    *deploying.urlpatterns,
    *traffic.urlpatterns,
]

"""The page of one deployment: progress and servers, metrics, logs, settings with their diff, history with undo."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may
from mlops.deployments import actions, queries
from mlops.deployments.collecting import check_collection, columns_of
from mlops.deployments.models import Deployment
from mlops.deployments.rates import MINUTES, rates_of
from mlops.deployments.revisions import Change, difference, history, restore, revision_of, undo_edit
from mlops.deployments.settings import checked_settings
from mlops.deployments.targets import target
from mlops.formats.refusal import Refusal
from mlops.registry.queries import version_by_id, versions_of
from mlops.web.guard import signed_in
from mlops.web.pages import devices, settings_form
from mlops.web.pages.deploying import settings_context
from mlops.web.projects import show_project

TABS = ("overview", "logs", "settings", "history")
LOG_LINES = 300
MOST_VERSIONS = 50


@signed_in
@require_http_methods(["GET", "POST"])
def deployment(request: HttpRequest, endpoint_id: uuid.UUID, deployment_id: uuid.UUID) -> HttpResponse:
    """POST `act`: preview or apply the settings, restore a revision."""
    endpoint = queries.visible_endpoint(request.user, endpoint_id)
    show_project(request, endpoint.project)
    shown = queries.deployment_of(endpoint, deployment_id)
    if request.method == "GET":
        return _page(request, shown)
    acts: dict[str, Callable[[HttpRequest, Deployment], HttpResponse]] = {
        "preview": _preview,
        "apply": _apply,
        "restore": _restore,
        "undo-edit": _undo_edit,
    }
    name = request.POST.get("act", "")
    if name in devices.ACTS:
        return _act_on_devices(request, shown, name)
    if name not in acts:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    try:
        return acts[name](request, shown)
    except Refusal as refusal:
        return _page(request, shown, tab="settings" if name in ("preview", "apply") else "history", problem=refusal)


def _act_on_devices(request: HttpRequest, shown: Deployment, name: str) -> HttpResponse:
    try:
        return _page(request, shown, tab="devices", **devices.ACTS[name](request, shown))
    except Refusal as refusal:
        return _page(request, shown, tab="devices", problem=refusal)


@signed_in
def deployment_state(request: HttpRequest, endpoint_id: uuid.UUID, deployment_id: uuid.UUID) -> HttpResponse:
    """The live part of the overview."""
    shown = queries.deployment_of(queries.visible_endpoint(request.user, endpoint_id), deployment_id)
    return render(request, "web/endpoints/_progress.html", progress(shown))


@signed_in
def deployment_log(request: HttpRequest, endpoint_id: uuid.UUID, deployment_id: uuid.UUID) -> HttpResponse:
    """The last lines alone, for following."""
    shown = queries.deployment_of(queries.visible_endpoint(request.user, endpoint_id), deployment_id)
    return render(request, "web/endpoints/_log_lines.html", _logs(request, shown))


def progress(deployment: Deployment) -> dict[str, Any]:
    endpoint, conversion = deployment.endpoint, deployment.conversion
    converting = conversion is not None and not conversion.is_final
    laid_out = deployment.placing is not None
    return {
        "endpoint": endpoint,
        "project": endpoint.project,
        "deployment": deployment,
        "conversion": conversion,
        "stages": [
            {"title": _("Convert to ONNX and compare"), "done": not converting, "now": converting},
            {"title": _("Lay out model and entry"), "done": laid_out, "now": not converting and not laid_out},
            {
                "title": _("Start the server and check its answers"),
                "done": deployment.state == "healthy",
                "now": laid_out and deployment.state == "transitioning",
            },
        ][0 if conversion is not None else 1 :],
        "share": endpoint.traffic.get(deployment.name, 0),
        "rates": rates_of([deployment])[deployment.name],
        "minutes": MINUTES,
    }


def _page(request: HttpRequest, shown: Deployment, *, tab: str = "", **more: Any) -> HttpResponse:
    tab = tab or request.GET.get("tab", TABS[0])
    more_tabs = devices.tabs_of(shown)
    if tab not in (*TABS, *more_tabs):
        tab = TABS[0]
    build: dict[str, Callable[[HttpRequest, Deployment], dict[str, Any]]] = {
        "overview": lambda _request, one: progress(one),
        "logs": _logs,
        "settings": _settings,
        "history": _history,
        "devices": devices.devices,
        "manifests": devices.manifests,
    }
    problem: Refusal | None = more.get("problem")
    context = {
        "endpoint": shown.endpoint,
        "project": shown.endpoint.project,
        "deployment": shown,
        "tab": tab,
        "more_tabs": more_tabs,
        "may_contribute": may(request.user, "models.deploy", shown.endpoint.project),
        **build[tab](request, shown),
        **more,
        "wrong": settings_form.field_of(problem) if problem else "",
    }
    return render(request, "web/endpoints/deployment.html", context, status=problem.status if problem else 200)


def _logs(request: HttpRequest, shown: Deployment) -> dict[str, Any]:
    try:
        return {"log": target(shown.target).logs(shown, lines=LOG_LINES)}
    except Refusal as refusal:  # its engine or cluster cannot be asked
        return {"log": [f"{refusal.message} {refusal.hint}"]}


def _settings(request: HttpRequest, shown: Deployment) -> dict[str, Any]:
    usual = settings_form.typed_of(shown.wanted) | {"version": str(shown.version_id), "reason": ""}
    values = settings_form.posted(request.POST, usual) if request.POST else usual
    versions = list(versions_of(shown.version.model)[:MOST_VERSIONS])
    context = settings_context(values, known=columns_of(shown.version))
    return {"values": values, "versions": versions, **context, "offers": []}


def _history(request: HttpRequest, shown: Deployment) -> dict[str, Any]:
    return {"history": history(shown)}


def _preview(request: HttpRequest, shown: Deployment) -> HttpResponse:
    """Nothing is written: the form as it was typed, and beside it what it would change."""
    given = _given(request, shown)
    wanted = checked_settings(given, base=shown.wanted)
    target(wanted.target).check(wanted)
    check_collection(shown.version, wanted)
    return _page(request, shown, tab="settings", changes=_changes(request, shown, given), is_preview=True)


def _apply(request: HttpRequest, shown: Deployment) -> HttpResponse:
    given, version = _given(request, shown), _version(request, shown)
    if not given and version is None:
        raise Refusal("nothing_to_change", _("The settings are what they were."), hint=_("Change one of them first."))
    before = shown.revision
    actions.update_deployment(
        request.user, shown, version=version, reason=request.POST.get("reason", "").strip(), **given
    )
    if shown.revision == before:
        messages.success(request, _("The settings are changed; no server had to be started for it."))
    else:
        said = _("Revision %s is being deployed; the present one serves until it is ready.")
        messages.success(request, said % shown.revision)
    return redirect("web:deployment-progress", shown.endpoint_id, shown.pk)


def _restore(request: HttpRequest, shown: Deployment) -> HttpResponse:
    number = request.POST.get("number", "")
    restore(request.user, shown, number=int(number) if number.isdecimal() else 0)
    messages.success(request, _("Back to revision %s; the present servers go on until it is ready.") % number)
    return redirect("web:deployment-progress", shown.endpoint_id, shown.pk)


def _undo_edit(request: HttpRequest, shown: Deployment) -> HttpResponse:
    place = request.POST.get("place", "")
    undo_edit(request.user, shown, place=int(place) if place.isdecimal() else 0)
    messages.success(request, _("The change is undone; no server had to be started for it."))
    response = redirect("web:deployment-progress", shown.endpoint_id, shown.pk)
    response["Location"] += "?tab=history"
    return response


def _given(request: HttpRequest, shown: Deployment) -> dict[str, Any]:
    usual = settings_form.typed_of(shown.wanted)
    return settings_form.given_of(settings_form.posted(request.POST, usual), base=shown.wanted)


def _version(request: HttpRequest, shown: Deployment) -> Any:
    """The model version that was chosen; None where it is the present one."""
    wanted = request.POST.get("version", "")
    return version_by_id(request.user, wanted) if wanted and wanted != str(shown.version_id) else None


def _changes(request: HttpRequest, shown: Deployment, given: dict[str, Any]) -> tuple[Change, ...]:
    """Against the present revision, on rows that are not saved."""
    before, after = revision_of(shown, shown.revision), revision_of(shown, shown.revision)
    after.settings = msgspec.to_builtins(checked_settings(given, base=shown.wanted))
    version = _version(request, shown)
    if version is not None:
        after.model = str(version)
    return difference(before, after)


ONE = "endpoints/<uuid:endpoint_id>/<uuid:deployment_id>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path(ONE, deployment, name="deployment-progress"),
    path(f"{ONE}state/", deployment_state, name="deployment-state"),
    path(f"{ONE}log/", deployment_log, name="deployment-log"),
]

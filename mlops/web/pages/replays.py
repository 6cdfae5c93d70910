"""Pages of replays: the form beside the list of an endpoint, and one replay with its differences."""

from __future__ import annotations

import io
import uuid
from typing import Any, BinaryIO, cast

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may
from mlops.collected.reading import count_window
from mlops.collected.replaying import requests_of
from mlops.collected.windows import moment
from mlops.datasets.sharing import names_usable
from mlops.deployments import recording
from mlops.deployments.models import Endpoint
from mlops.deployments.queries import deployments_of, visible_endpoint
from mlops.formats.refusal import Refusal, Where
from mlops.formats.replaying import ReplayReport, Tolerance
from mlops.registry.queries import reference_in, versions_offered, visible_versions
from mlops.replays import actions
from mlops.replays.models import Replay
from mlops.replays.queries import replay_of, replays_of
from mlops.web.guard import signed_in
from mlops.web.projects import show_project

MOST_LISTED = 100
USUAL = Tolerance()
FIELDS = ("before", "after", "dataset", "start", "end", "absolute", "relative")


@signed_in
@require_http_methods(["GET", "POST"])
def replays(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    endpoint = visible_endpoint(request.user, endpoint_id)
    show_project(request, endpoint.project)
    if request.method == "GET":
        return _list(request, endpoint)
    try:
        if request.POST.get("act") in ("record", "stop"):
            return _recording(request, endpoint)
        made = _asked(request, endpoint)
    except Refusal as refusal:
        return _list(request, endpoint, problem=refusal)
    return redirect("web:replay", endpoint.pk, made.number)


@signed_in
@require_http_methods(["GET", "POST"])
def replay(request: HttpRequest, endpoint_id: uuid.UUID, number: int) -> HttpResponse:
    """POST `act`: cancel or delete."""
    endpoint = visible_endpoint(request.user, endpoint_id)
    show_project(request, endpoint.project)
    shown = replay_of(endpoint, number)
    if request.method == "POST":
        if request.POST.get("act") == "delete":
            actions.delete(request.user, shown)
            return redirect("web:replays", endpoint.pk)
        shown = actions.cancel(request.user, shown)
    return render(request, "web/replays/replay.html", _one(request, endpoint, shown))


@signed_in
def replay_state(request: HttpRequest, endpoint_id: uuid.UUID, number: int) -> HttpResponse:
    """The live part of one replay."""
    endpoint = visible_endpoint(request.user, endpoint_id)
    return render(request, "web/replays/_replay.html", _one(request, endpoint, replay_of(endpoint, number)))


def _asked(request: HttpRequest, endpoint: Endpoint) -> Replay:
    typed, uploaded = request.POST, request.FILES.get("requests")
    kept = None
    if typed.get("source") == "recorded":
        kept = io.BytesIO(recording.recorded(request.user, endpoint))
    elif typed.get("source") == "collected":
        start, end = (moment(typed.get(name, ""), parameter=name) for name in ("start", "end"))
        kept = io.BytesIO(requests_of(request.user, endpoint, start=start, end=end))
    return actions.replay(
        request.user,
        endpoint,
        before=typed.get("before", ""),
        after=typed.get("after", ""),
        requests=kept or cast("BinaryIO | None", uploaded.file if uploaded is not None else None),
        dataset=typed.get("dataset", ""),
        tolerance=Tolerance(
            absolute=_number(typed, "absolute", USUAL.absolute), relative=_number(typed, "relative", USUAL.relative)
        ),
    )


def _recording(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    if request.POST["act"] == "stop":
        recording.end(request.user, endpoint)
    else:
        most, hours = _number(request.POST, "most", 200), _number(request.POST, "hours", 24)
        recording.begin(request.user, endpoint, most=int(most), hours=hours)
    return redirect("web:replays", endpoint.pk)


def _recording_state(endpoint: Endpoint) -> recording.Recording | None:
    """None where the router cannot tell."""
    try:
        return recording.state_of(endpoint)
    except Refusal:
        return None


def _number(typed: Any, name: str, usual: float) -> float:
    text = typed.get(name, "").strip()
    if not text:
        return usual
    try:
        return float(text)
    except ValueError:
        message = _("“%(text)s” is no number.") % {"text": text}
        raise Refusal("tolerance_invalid", message, where=Where(parameter=name)) from None


def _list(request: HttpRequest, endpoint: Endpoint, *, problem: Refusal | None = None) -> HttpResponse:
    project = endpoint.project
    deployments = [one for one in deployments_of(endpoint) if one.ready_urls]
    versions = visible_versions(request.user).filter(model__project=project).select_related("model")
    own = versions.order_by("model__name", "-number")[:MOST_LISTED]
    usual: dict[str, Any] = msgspec.to_builtins(Tolerance())
    usual |= {"before": endpoint.default, "after": "", "dataset": ""}
    usual |= {name: request.GET.get(name, "") for name in ("start", "end")}
    context = {
        "endpoint": endpoint,
        "project": project,
        "replays": replays_of(endpoint)[:MOST_LISTED],
        "deployments": deployments,
        "recording": _recording_state(endpoint),
        "collected": count_window(endpoint).requests,
        "versions": [reference_in(project, one) for one in (*own, *versions_offered(project)[:MOST_LISTED])],
        "datasets": names_usable(project),
        "typed": {name: request.POST.get(name, usual[name]) for name in FIELDS},
        "may_contribute": may(request.user, "endpoints.traffic", project),
        "problem": problem,
        "wrong": problem.where.parameter if problem else "",
    }
    return render(request, "web/replays/list.html", context, status=problem.status if problem else 200)


def _one(request: HttpRequest, endpoint: Endpoint, shown: Replay) -> dict[str, Any]:
    return {
        "endpoint": endpoint,
        "project": endpoint.project,
        "replay": shown,
        "report": msgspec.convert(shown.report, ReplayReport) if shown.report else None,
        "percent": round(100 * shown.share_done),
        "may_contribute": may(request.user, "endpoints.traffic", endpoint.project),
    }


urlpatterns: list[URLPattern | URLResolver] = [
    path("endpoints/<uuid:endpoint_id>/replays/", replays, name="replays"),
    path("endpoints/<uuid:endpoint_id>/replays/<int:number>/", replay, name="replay"),
    path("endpoints/<uuid:endpoint_id>/replays/<int:number>/state/", replay_state, name="replay-state"),
]

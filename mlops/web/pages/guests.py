"""What guests see on the pages of single things: the thing itself, and nothing that leads further into its project."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from mlops.access.granted import may_with
from mlops.datasets import guests as shared_datasets
from mlops.datasets import queries as dataset_queries
from mlops.datasets.models import VersionState
from mlops.deployments import actions
from mlops.deployments import queries as endpoint_queries
from mlops.deployments import sharing as shared_endpoints
from mlops.deployments.models import Endpoint
from mlops.formats.refusal import Refusal
from mlops.registry import queries
from mlops.registry import sharing as shared_models
from mlops.registry.scanned import standing_in_version
from mlops.web.markdown import rendered
from mlops.web.pages.dataset_rows import page_of_rows
from mlops.web.pages.trying import Trial, tried

View = Callable[..., HttpResponse]


def or_guest(draw: View, *, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """Whoever may not see the page of the project's people sees that of guests, where there is one for them.
    `methods`: those that the page of guests knows."""

    def around(view: View) -> View:
        @wraps(view)
        def shown(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
            try:
                return view(request, *args, **named)
            except Refusal as refusal:
                if refusal.code != "not_found" or request.method not in methods:
                    raise
                return draw(request, *args, **named)

        return shown

    return around


def model(request: HttpRequest, model_id: uuid.UUID) -> HttpResponse:
    shown = shared_models.readable_model(request.user, model_id)
    context: dict[str, Any] = {"model": shown, "versions": queries.in_lists(queries.versions_of(shown))}
    context["card"] = rendered(shown.card) if shown.card else ""
    part = "_versions" if request.GET.get("part") == "versions" else "model"
    return render(request, f"web/sharing/{part}.html", context)


def model_version(request: HttpRequest, model_id: uuid.UUID, number: int) -> HttpResponse:
    version = shared_models.readable_version(request.user, model_id, number)
    context = {
        "version": version,
        "signature": queries.signature_of(version),
        "files": queries.files_of(version),
        "aliases": queries.aliases_of_many([version])[version.pk],
        "standing": standing_in_version(version),
        "card": rendered(version.card) if version.card else "",
        "example": json.dumps(version.input_example, indent=2, ensure_ascii=False) if version.input_example else "",
    }
    return render(request, "web/sharing/version.html", context)


def dataset(request: HttpRequest, dataset_id: uuid.UUID) -> HttpResponse:
    """`version`: its number; `offset`: the first row."""
    shown = shared_datasets.readable(request.user, dataset_id)
    versions = list(dataset_queries.versions(shown).defer("profile"))
    asked = request.GET.get("version", "")
    fresh = next((one for one in versions if one.archived_at is None), versions[0] if versions else None)
    version = dataset_queries.version(shown, int(asked[:9])) if asked.isdecimal() else fresh
    context: dict[str, Any] = {"dataset": shown, "versions": versions, "version": version}
    if version is not None and version.state == VersionState.READY and version.schema is not None:
        context |= page_of_rows(request, version)
    part = "_dataset" if request.GET.get("part") == "rows" else "dataset"
    return render(request, f"web/sharing/{part}.html", context)


def endpoint(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """POST: `act` = test (`body`, `deployment`) or traffic (`share-NAME`)."""
    shown = shared_endpoints.readable_endpoint(request.user, endpoint_id)
    if request.method == "GET":
        return _endpoint(request, shown)
    try:
        if request.POST.get("act") == "test":
            trial = Trial.from_form(None, {**request.POST.dict(), "mode": "json"})
            answer = tried(request.user, shown, trial, request.POST.get("deployment", ""))
            return _endpoint(request, shown, answer=answer)
        if request.POST.get("act") == "traffic":
            shares = {
                key.removeprefix("share-"): value for key, value in request.POST.items() if key.startswith("share-")
            }
            actions.update_traffic(request.user, shown, shares=shares, reason=request.POST.get("reason", ""))
            messages.success(request, _("The traffic is changed."))
            return redirect("web:endpoint", shown.pk)
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    except Refusal as refusal:
        return _endpoint(request, shown, problem=refusal)


def _endpoint(request: HttpRequest, endpoint: Endpoint, **more: Any) -> HttpResponse:
    deployments = list(endpoint_queries.deployments_of(endpoint))
    health = endpoint_queries.health_of(endpoint, deployments)
    problem: Refusal | None = more.get("problem")
    may_operate = may_with(request.user, "endpoints.score", endpoint)
    context = {
        "endpoint": endpoint,
        "lines": [(one, endpoint.traffic.get(one.name, 0)) for one in deployments],
        "state": health.state,
        "since": health.since,
        "uri": endpoint_queries.scoring_uri(endpoint),
        "summary": endpoint_queries.traffic_summary(endpoint),
        "may_operate": may_operate,
        "keys": actions.credentials(request.user, endpoint) if may_operate else None,
        "body": request.POST.get("body", '{"data": []}'),
        **more,
    }
    part = "_deployments" if request.GET.get("part") == "deployments" else "endpoint"
    return render(request, f"web/sharing/{part}.html", context, status=problem.status if problem else 200)

"""The form that puts a model version or a published pipeline behind a batch endpoint."""

from __future__ import annotations

import io
from typing import Any, BinaryIO
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import require
from mlops.batch import queries
from mlops.batch.api import add_deployment
from mlops.batch.code import EXAMPLE
from mlops.batch.models import BatchEndpoint
from mlops.formats.refusal import Refusal
from mlops.pipelines.models import PublishedPipeline
from mlops.registry.models import ModelVersion
from mlops.registry.queries import versions_offered
from mlops.web.guard import signed_in
from mlops.web.projects import show_project

OFFERED = 300
SETTINGS = (
    "mini_batch_size", "instance_count", "max_concurrency_per_instance", "error_threshold", "output_action",
    "output_file_name", "logging_level",
)  # fmt: skip


@signed_in
@require_http_methods(["GET", "POST"])
def deploy(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    endpoint = queries.endpoint(request.user, batch_id)
    show_project(request, endpoint.project)
    require(request.user, "batch.deploy", endpoint.project)
    if request.method == "GET":
        return _form(request, endpoint)
    try:
        made = add_deployment(request.user, endpoint, _values(request), files=_files(request))
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        return _form(request, endpoint, problem=refusal)
    messages.success(request, _("“%(name)s” can be called now.") % {"name": made.name})
    answer = redirect("web:batch-endpoint", endpoint.pk)
    answer["Location"] += "?tab=call"
    return answer


def _form(request: HttpRequest, endpoint: BatchEndpoint, *, problem: Refusal | None = None) -> HttpResponse:
    versions = ModelVersion.objects.filter(model__project=endpoint.project).select_related("model")
    pipelines = PublishedPipeline.objects.filter(endpoint__project=endpoint.project, is_enabled=True)
    typed: Any = request.POST if request.method == "POST" else {"name": _free_name(endpoint), "script_text": EXAMPLE}
    context = {
        "endpoint": endpoint,
        "project": endpoint.project,
        "versions": versions.order_by("model__name", "-number")[:OFFERED],
        "offered": [(_reference(one), one) for one in versions_offered(endpoint.project)[:OFFERED]],
        "pipelines": pipelines.select_related("endpoint").order_by("endpoint__name", "-number")[:OFFERED],
        "typed": typed,
        "problem": problem,
    }
    return render(request, "web/batch/deploy.html", context, status=problem.status if problem else 200)


def _reference(offered: ModelVersion) -> str:
    return f"{offered.model.project.slug}/{offered.model.name}:{offered.number}"


def _free_name(endpoint: BatchEndpoint) -> str:
    taken = set(queries.deployments_of(endpoint).values_list("name", flat=True))
    return next(name for name in ("blue", "green", *(f"blue-{n}" for n in range(2, 1_000))) if name not in taken)


def _values(request: HttpRequest) -> dict[str, Any]:
    given = request.POST
    kind, entry = given.get("of", "model"), given.get("entry", "")
    settings: dict[str, Any] = {name: given[name].strip() for name in SETTINGS if given.get(name, "").strip()}
    retry = {name: given[name].strip() for name in ("max_retries", "timeout") if given.get(name, "").strip()}
    return {
        "name": given.get("name", ""),
        "description": given.get("description", ""),
        "model": given.get("version", "") if kind == "model" else "",
        "pipeline": given.get("pipeline", "") if kind == "pipeline" else "",
        "entry": entry,
        "script": "score.py" if entry == "script" else "",
        "settings": settings | ({"retry_settings": retry} if retry else {}),
        "set_default": given.get("set_default") == "yes",
    }


def _files(request: HttpRequest) -> list[tuple[str, BinaryIO]]:
    """The script that was typed, and the files beside it."""
    if request.POST.get("of", "model") != "model" or request.POST.get("entry") != "script":
        return []
    text = request.POST.get("script_text", "").replace("\r\n", "\n")
    beside: list[tuple[str, BinaryIO]] = [(one.name or "file", one) for one in request.FILES.getlist("files")]  # type: ignore[misc]
    return [("score.py", io.BytesIO(text.encode())), *(one for one in beside if one[0] != "score.py")]


urlpatterns: list[URLPattern | URLResolver] = [
    path("batch/<uuid:batch_id>/deploy/", deploy, name="batch-deploy"),
]

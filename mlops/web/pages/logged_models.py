"""Pages of models that code logged: a project's list, and one with its files, its metrics and its uses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from mlops.access.decisions import may
from mlops.blobs.trees import chunks, open_blob
from mlops.blobs.zipping import zipped
from mlops.formats.manifest import File
from mlops.formats.refusal import Refusal
from mlops.registry.from_logged import register_logged
from mlops.registry.models import ModelVersion, RegisteredModel
from mlops.runs import logged_models as acts
from mlops.runs.models import LoggedModel, LoggedModelFile, LoggedModelMetric, LoggedModelState, LoggedModelUse
from mlops.runs.searching import LOGGED_MODELS
from mlops.scans.policies import require_clean
from mlops.scans.standing import standing_of
from mlops.tags.filters import of_clients, of_people, tags_of
from mlops.web.guard import signed_in
from mlops.web.listing import listed
from mlops.web.pages.run_files import NOTHING_RUNS
from mlops.web.pages.tag_words import typed_tags
from mlops.web.projects import current_project, show_project

MOST_FILES, MOST_METRICS, MOST_RUNS, MOST_NAMES = 500, 500, 100, 200
NEXT = {
    LoggedModelState.PENDING: gettext_lazy(
        "Its code has not told yet that all files are there. It can be registered afterwards."
    ),
    LoggedModelState.READY: gettext_lazy("Register it to convert, compare and deploy it."),
    LoggedModelState.FAILED: gettext_lazy("Its upload ended with an error. Log it again; this one can be deleted."),
}


@signed_in
@require_GET
def logged_models(request: HttpRequest) -> HttpResponse:
    project = current_project(request)
    found = listed(
        request,
        LOGGED_MODELS,
        acts.visible_to(request.user).filter(experiment__project=project),
        project=project.slug,
    )
    known = ModelVersion.objects.filter(logged_model__in=found.rows).select_related("model")
    versions: dict[Any, list[ModelVersion]] = {}
    for version in known.order_by("created_at"):
        versions.setdefault(version.logged_model_id, []).append(version)
    context = {
        "project": project,
        "listed": found,
        "rows": [(model, versions.get(model.pk, [])) for model in found.rows],
    }
    return render(request, "web/logged/list.html", context, status=found.status)


@signed_in
@require_http_methods(["GET", "POST"])
def logged_model(request: HttpRequest, logged_key: UUID) -> HttpResponse:
    """POST: `act` = register (name, description, tags) or delete."""
    model = acts.visible_model(request.user, logged_key)
    show_project(request, model.experiment.project)
    if request.method == "GET":
        return _page(request, model)
    act = {"register": _register, "delete": _delete}.get(request.POST.get("act", ""))
    if act is None:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    try:
        return act(request, model)
    except Refusal as refusal:
        return _page(request, model, problem=refusal)


@signed_in
@require_GET
def file(request: HttpRequest, logged_key: UUID, logged_path: str) -> HttpResponseBase:
    """To be saved: nothing of it is shown or run."""
    model = acts.visible_model(request.user, logged_key)
    found = LoggedModelFile.objects.filter(model=model, path=logged_path).first()
    if found is None:
        raise Refusal("file_not_found", _("This model has no such file."), status=404)
    _require_given_out(request, model, [found])
    answer = StreamingHttpResponse(chunks(open_blob(found.blob_id)), content_type="application/octet-stream")
    answer["Content-Disposition"] = content_disposition_header(True, logged_path.rpartition("/")[2]) or "attachment"
    answer["Content-Length"] = str(found.size_bytes)
    answer["Content-Security-Policy"] = NOTHING_RUNS
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@signed_in
@require_GET
def archive(request: HttpRequest, logged_key: UUID) -> HttpResponseBase:
    model = acts.visible_model(request.user, logged_key)
    kept = list(LoggedModelFile.objects.filter(model=model))
    _require_given_out(request, model, kept)
    files = [(one.path, one.blob_id) for one in kept]
    answer = StreamingHttpResponse(zipped(files), content_type="application/zip")
    answer["Content-Disposition"] = content_disposition_header(True, f"{model.name}.zip") or "attachment"
    return answer


def _require_given_out(request: HttpRequest, model: LoggedModel, files: Iterable[LoggedModelFile]) -> None:
    """Raises Refusal `files_refused`."""
    project, subject = model.experiment.project, f"logged_models/{model.pk}"
    require_clean(request.user, project, map(_as_file, files), place="download", subject=subject)


def _as_file(file: LoggedModelFile) -> File:
    return File(path=file.path, digest=file.blob_id, size_bytes=file.size_bytes)


def _register(request: HttpRequest, model: LoggedModel) -> HttpResponse:
    version = register_logged(
        request.user,
        model,
        name=request.POST.get("name", ""),
        description=request.POST.get("description", ""),
        tags=typed_tags(request.POST.get("tags", "")),
    )
    messages.success(request, _("%(version)s is registered.") % {"version": version})
    return redirect("web:model-version", version.model_id, version.number)


def _delete(request: HttpRequest, model: LoggedModel) -> HttpResponse:
    acts.delete_model(request.user, model)
    messages.success(request, _("“%(model)s” is deleted. Versions that were registered from it keep their files.") % {
        "model": model
    })  # fmt: skip
    return redirect("web:logged-models")


def _page(request: HttpRequest, model: LoggedModel, *, problem: Refusal | None = None) -> HttpResponse:
    project, tags = model.experiment.project, tags_of(model)
    files = list(LoggedModelFile.objects.filter(model=model)[: MOST_FILES + 1])
    context = {
        "model": model,
        "project": project,
        "next": NEXT[LoggedModelState(model.state)],
        "metrics": list(LoggedModelMetric.objects.filter(model=model).order_by("key", "-pk")[:MOST_METRICS]),
        "parameters": sorted(model.parameters.items()),
        "files": files[:MOST_FILES],
        "scans": {one.path: one for one in standing_of(map(_as_file, files[:MOST_FILES]), project).files},
        "is_cut": len(files) > MOST_FILES,
        "uses": list(LoggedModelUse.objects.filter(model=model).select_related("run").order_by("-pk")[:MOST_RUNS]),
        "versions": list(
            ModelVersion.objects.filter(logged_model=model).select_related("model").order_by("created_at")
        ),
        "tags": of_people(tags),
        "client_tags": of_clients(tags),
        "names": RegisteredModel.objects.filter(project=project).values_list("name", flat=True)[:MOST_NAMES],
        "typed": request.POST,
        "problem": problem,
        "may_contribute": may(request.user, "models.register", project),
    }
    return render(request, "web/logged/model.html", context, status=problem.status if problem else 200)


urlpatterns: list[URLPattern | URLResolver] = [
    path("logged-models/", logged_models, name="logged-models"),
    path("logged-models/<uuid:logged_key>/", logged_model, name="logged-model"),
    path("logged-models/<uuid:logged_key>/zip/", archive, name="logged-model-zip"),
    path("logged-models/<uuid:logged_key>/file/<path:logged_path>", file, name="logged-model-file"),
]

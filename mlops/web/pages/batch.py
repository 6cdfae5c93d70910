"""The pages about batch endpoints: the list, a new one, and one endpoint with its jobs, deployments and call form."""

from __future__ import annotations

from typing import Any, BinaryIO
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from mlops.access.decisions import may, require
from mlops.batch import actions, queries
from mlops.batch.inputs import keep_upload
from mlops.batch.invoking import invoke
from mlops.batch.models import BatchEndpoint
from mlops.batch.searching import BATCH_ENDPOINTS
from mlops.batch.shaping import scoring_uri
from mlops.batch.telling import progress_of, tell
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.formats.refusal import Refusal
from mlops.runs.situation import surroundings
from mlops.tags.filters import tags_of_many
from mlops.web.guard import signed_in
from mlops.web.listing import listed
from mlops.web.pages.batch_words import call_snippets, setting_lines
from mlops.web.projects import current_project, show_project

JOBS_A_PAGE = 25
DATASETS_OFFERED = 300
TABS = {
    "jobs": gettext_lazy("Jobs"),
    "call": gettext_lazy("Score data"),
    "deployments": gettext_lazy("Deployments"),
    "consume": gettext_lazy("Consume"),
}


@signed_in
@require_GET
def endpoints(request: HttpRequest) -> HttpResponse:
    project = current_project(request)
    context = _rows_context(request) | {"may_contribute": may(request.user, "batch.define", project)}
    return render(request, "web/batch/list.html", context, status=context["listed"].status)


@signed_in
@require_GET
def endpoint_rows(request: HttpRequest) -> HttpResponse:
    """The live part of the list."""
    return render(request, "web/batch/_rows.html", _rows_context(request))


@signed_in
@require_http_methods(["GET", "POST"])
def new_endpoint(request: HttpRequest) -> HttpResponse:
    project = current_project(request)
    require(request.user, "batch.define", project)
    context: dict[str, Any] = {"project": project, "typed": request.POST}
    if request.method == "GET":
        return render(request, "web/batch/new.html", context)
    try:
        name, description = request.POST.get("name", ""), request.POST.get("description", "")
        made = actions.create_endpoint(request.user, project, name=name, description=description)
    except Refusal as refusal:
        return render(request, "web/batch/new.html", context | {"problem": refusal}, status=refusal.status)
    return redirect("web:batch-deploy", made.pk)


@signed_in
@require_http_methods(["GET", "POST"])
def endpoint(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """POST `act`: call, set-default, delete-deployment, delete."""
    shown = queries.endpoint(request.user, batch_id)
    show_project(request, shown.project)
    if request.method == "GET":
        return _page(request, shown)
    acts = {
        "call": _call,
        "set-default": _set_default,
        "delete-deployment": _delete_deployment,
        "delete": _delete,
    }
    name = request.POST.get("act", "")
    if name not in acts:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    try:
        return acts[name](request, shown)
    except Refusal as refusal:
        if refusal.status == 403 or refusal.code == "not_found":
            raise
        return _page(request, shown, tab="call" if name == "call" else "deployments", problem=refusal)


@signed_in
@require_GET
def job_rows(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """The live part of the tab Jobs."""
    shown = queries.endpoint(request.user, batch_id)
    return render(request, "web/batch/_jobs.html", {"endpoint": shown, **_jobs_tab(request, shown)})


def _page(request: HttpRequest, shown: BatchEndpoint, *, tab: str = "", **more: Any) -> HttpResponse:
    tab = tab or request.GET.get("tab", "jobs")
    tab = tab if tab in TABS else "jobs"
    problem: Refusal | None = more.get("problem")
    build = {"jobs": _jobs_tab, "call": _call_tab, "deployments": _no_more, "consume": _consume_tab}
    deployments = list(queries.deployments_of(shown))
    context = {
        "endpoint": shown,
        "project": shown.project,
        "deployments": [(one, setting_lines(one)) for one in deployments],
        "tab": tab,
        "tabs": TABS.items(),
        "may_contribute": may(request.user, "batch.deploy", shown.project),
        **build[tab](request, shown),
        **more,
    }
    return render(request, "web/batch/endpoint.html", context, status=problem.status if problem else 200)


def _rows_context(request: HttpRequest) -> dict[str, Any]:
    project = current_project(request)
    seen = queries.visible_to(request.user).filter(project=project)
    found = listed(request, BATCH_ENDPOINTS, seen, project=project.slug)
    tags, rows = tags_of_many(found.rows), []
    for one in found.rows:
        jobs = queries.jobs(request.user).filter(endpoint=one)
        rows.append((one, queries.deployments_of(one).count(), jobs.first(), jobs.count(), tags[str(one.pk)]))
    return {"project": project, "rows": rows, "listed": found}


def _jobs_tab(request: HttpRequest, shown: BatchEndpoint) -> dict[str, Any]:
    found = queries.jobs(request.user).filter(endpoint=shown)
    page = Paginator(found, JOBS_A_PAGE).get_page(request.GET.get("page"))
    around = surroundings()
    return {"page": page, "jobs": [(job, tell(job, around), progress_of(job)) for job in page]}


def _call_tab(request: HttpRequest, shown: BatchEndpoint) -> dict[str, Any]:
    ready = DatasetVersion.objects.filter(dataset__project=shown.project, state=VersionState.READY)
    found = ready.select_related("dataset").defer("profile", "schema").order_by("dataset__name", "-number")
    return {"datasets": found[:DATASETS_OFFERED], "typed": request.POST}


def _consume_tab(request: HttpRequest, shown: BatchEndpoint) -> dict[str, Any]:
    return {"address": scoring_uri(shown), "snippets": call_snippets(shown)}


def _no_more(request: HttpRequest, shown: BatchEndpoint) -> dict[str, Any]:
    return {}


def _call(request: HttpRequest, shown: BatchEndpoint) -> HttpResponse:
    given = request.POST
    settings = {name: given.get(name, "").strip() for name in ("mini_batch_size", "error_threshold", "output_action")}
    if name := given.get("output_file_name", "").strip():
        settings["output_file_name"] = name
    job = invoke(
        request.user,
        shown,
        input=_input(request, shown),
        deployment=given.get("deployment", ""),
        settings={name: value for name, value in settings.items() if value},
        output_dataset=given.get("output_dataset", ""),
        display_name=given.get("display_name", ""),
    )
    messages.success(request, _("Job #%(number)d is submitted.") % {"number": job.run.number})
    return redirect("web:batch-job", job.pk)


def _input(request: HttpRequest, shown: BatchEndpoint) -> str:
    """The dataset, the files or the address: the one that was chosen, or the one that was given."""
    source = request.POST.get("source", "dataset")
    given = {name: bool(request.POST.get(name)) for name in ("dataset", "address")} | {"files": bool(request.FILES)}
    if not given.get(source):
        source = next((name for name, is_given in given.items() if is_given), source)
    if source == "files":
        files: list[tuple[str, BinaryIO]] = [(one.name or "file", one) for one in request.FILES.getlist("files")]  # type: ignore[misc]
        return f"upload:{keep_upload(request.user, shown.project, files=files).pk}"
    return request.POST.get("address" if source == "address" else "dataset", "")


def _set_default(request: HttpRequest, shown: BatchEndpoint) -> HttpResponse:
    name = request.POST.get("deployment", "")
    actions.update_endpoint(request.user, shown, default=name)
    messages.success(request, _("Calls that name no deployment go to “%(name)s” now.") % {"name": name})
    return _to_tab(shown, "deployments")


def _delete_deployment(request: HttpRequest, shown: BatchEndpoint) -> HttpResponse:
    deployment = actions.deployment_named(shown, request.POST.get("deployment", ""))
    actions.delete_deployment(request.user, deployment)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": deployment.name})
    return _to_tab(shown, "deployments")


def _delete(request: HttpRequest, shown: BatchEndpoint) -> HttpResponse:
    actions.delete_endpoint(request.user, shown)
    messages.success(request, _("The batch endpoint “%(name)s” is deleted; the runs stay.") % {"name": shown.name})
    return redirect("web:batch-endpoints")


def _to_tab(shown: BatchEndpoint, tab: str) -> HttpResponse:
    answer = redirect("web:batch-endpoint", shown.pk)
    answer["Location"] += f"?tab={tab}"
    return answer


urlpatterns: list[URLPattern | URLResolver] = [
    path("batch/", endpoints, name="batch-endpoints"),
    path("batch/rows/", endpoint_rows, name="batch-rows"),
    path("batch/new/", new_endpoint, name="batch-new"),
    path("batch/<uuid:batch_id>/", endpoint, name="batch-endpoint"),
    path("batch/<uuid:batch_id>/jobs/", job_rows, name="batch-job-rows"),
]

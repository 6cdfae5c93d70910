"""The pages about published pipelines: the list of endpoints, and one endpoint with its versions, form and runs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from mlops.access.decisions import may
from mlops.formats.refusal import Refusal
from mlops.pipelines import published, publishing, sharing
from mlops.pipelines.models import PipelineEndpoint, PublishedPipeline
from mlops.pipelines.schedules import read_trigger
from mlops.pipelines.shaping import rest_url, version_line
from mlops.runs.shaping import seconds
from mlops.web.guard import signed_in
from mlops.web.pages.calling import entries, given, snippets
from mlops.web.pages.guests import or_guest
from mlops.web.pages.timetables import in_words
from mlops.web.projects import current_project, show_project

RUNS_SHOWN = 50
TABS = {
    "versions": gettext_lazy("Versions"),
    "submit": gettext_lazy("Submit"),
    "consume": gettext_lazy("Consume"),
    "runs": gettext_lazy("Runs"),
    "schedules": gettext_lazy("Schedules"),
}


@signed_in
@require_GET
def endpoints(request: HttpRequest) -> HttpResponse:
    return render(request, "web/pipelines/list.html", _list_context(request))


@signed_in
@require_GET
def endpoint_rows(request: HttpRequest) -> HttpResponse:
    """The live part of the list."""
    return render(request, "web/pipelines/_rows.html", _list_context(request))


def guest_pipeline(request: HttpRequest, pipeline_id: UUID) -> HttpResponse:
    """What may be called, and with which parameters."""
    shown = sharing.readable(request.user, pipeline_id)
    versions = [(one, sharing.bare(version_line(one))) for one in published.versions(shown)]
    part = "_pipeline" if request.GET.get("part") == "versions" else "pipeline"
    return render(request, f"web/sharing/{part}.html", {"endpoint": shown, "versions": versions})


@signed_in
@require_http_methods(["GET", "POST"])
@or_guest(guest_pipeline)
def endpoint(request: HttpRequest, pipeline_id: UUID) -> HttpResponse:
    """POST `act`: submit, describe, set-default, enable, disable; the last three may name a `version`."""
    shown = published.endpoint(request.user, pipeline_id)
    show_project(request, shown.project)
    if request.method == "GET":
        return _page(request, shown)
    acts = {
        "submit": _submit,
        "describe": _describe,
        "set-default": _set_default,
        "enable": _enable,
        "disable": _disable,
    }
    name = request.POST.get("act", "")
    if name not in acts:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    try:
        return acts[name](request, shown)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return _page(request, shown, tab="submit" if name == "submit" else "versions", problem=refusal)


def _list_context(request: HttpRequest) -> dict[str, Any]:
    project = current_project(request)
    with_disabled = request.GET.get("disabled") == "yes"
    found = published.endpoints(request.user).filter(project=project)
    hidden = 0 if with_disabled else found.filter(is_enabled=False).count()
    rows = []
    for one in found if with_disabled else found.filter(is_enabled=True):
        rows.append(
            {
                "endpoint": one,
                "last": published.runs(one).first(),
                "schedules": published.schedules(request.user).filter(endpoint=one, is_enabled=True).count(),
            }
        )
    return {"project": project, "rows": rows, "with_disabled": with_disabled, "hidden": hidden}


def _page(request: HttpRequest, shown: PipelineEndpoint, *, tab: str = "", **more: Any) -> HttpResponse:
    tab = tab or request.GET.get("tab", "versions")
    tab = tab if tab in TABS else "versions"
    problem: Refusal | None = more.get("problem")
    build = {
        "versions": _versions_tab,
        "submit": _submit_tab,
        "consume": _consume_tab,
        "runs": _runs_tab,
        "schedules": _schedules_tab,
    }
    context = {
        "endpoint": shown,
        "project": shown.project,
        "tab": tab,
        "tabs": TABS.items(),
        "may_contribute": may(request.user, "pipelines.run", shown.project),
        **build[tab](request, shown),
        **more,
    }
    return render(request, "web/pipelines/endpoint.html", context, status=problem.status if problem else 200)


def _versions_tab(request: HttpRequest, shown: PipelineEndpoint) -> dict[str, Any]:
    return {"versions": [(one, version_line(one)) for one in published.versions(shown)]}


def _submit_tab(request: HttpRequest, shown: PipelineEndpoint) -> dict[str, Any]:
    chosen = _chosen(request, shown)
    typed = request.POST if request.POST.get("act") == "submit" else None
    return {
        "chosen": chosen,
        "numbers": [one.number for one in published.versions(shown) if one.is_enabled],
        "entries": entries(chosen, typed, project=shown.project),
        "experiment": typed.get("experiment", "") if typed else shown.name,
        "description": typed.get("description", "") if typed else "",
    }


def _consume_tab(request: HttpRequest, shown: PipelineEndpoint) -> dict[str, Any]:
    return {"address": rest_url(shown), "snippets": snippets(shown, shown.default), "chosen": shown.default}


def _runs_tab(request: HttpRequest, shown: PipelineEndpoint) -> dict[str, Any]:
    found = published.runs(shown).defer("spec", "document", "shapes")[:RUNS_SHOWN]
    return {"runs": [(one, seconds(one.started_at, one.ended_at)) for one in found], "most": RUNS_SHOWN}


def _schedules_tab(request: HttpRequest, shown: PipelineEndpoint) -> dict[str, Any]:
    found = published.schedules(request.user).filter(endpoint=shown)
    return {"schedules": [(one, in_words(read_trigger(one.trigger))) for one in found]}


def _chosen(request: HttpRequest, shown: PipelineEndpoint) -> PublishedPipeline | None:
    text = (request.POST if request.method == "POST" else request.GET).get("version", "")
    return publishing.version_of(shown, int(text)) if text.isdecimal() else shown.default


def _submit(request: HttpRequest, shown: PipelineEndpoint) -> HttpResponse:
    chosen = _chosen(request, shown)
    run = publishing.call(
        request.user,
        shown,
        number=chosen.number if chosen else None,
        experiment=request.POST.get("experiment", "").strip(),
        description=request.POST.get("description", "").strip(),
        parameters=given(chosen, request.POST),
    )
    messages.success(request, _("Run #%(number)d is submitted.") % {"number": run.number})
    return redirect("web:run", run.pk)


def _describe(request: HttpRequest, shown: PipelineEndpoint) -> HttpResponse:
    publishing.describe(request.user, shown, description=request.POST.get("description", ""))
    return redirect("web:pipeline", shown.pk)


def _set_default(request: HttpRequest, shown: PipelineEndpoint) -> HttpResponse:
    version = _named_version(request, shown)
    publishing.set_default(request.user, shown, number=version.number)
    messages.success(request, _("Calls without a version now run version %(number)d.") % {"number": version.number})
    return redirect("web:pipeline", shown.pk)


def _enable(request: HttpRequest, shown: PipelineEndpoint) -> HttpResponse:
    publishing.enable(request.user, _switched(request, shown))
    return redirect("web:pipeline", shown.pk)


def _disable(request: HttpRequest, shown: PipelineEndpoint) -> HttpResponse:
    what = _switched(request, shown)
    publishing.disable(request.user, what)
    messages.success(request, _("“%(what)s” is disabled: calls of it are refused.") % {"what": what})
    return redirect("web:pipeline", shown.pk)


def _switched(request: HttpRequest, shown: PipelineEndpoint) -> PipelineEndpoint | PublishedPipeline:
    return _named_version(request, shown) if "version" in request.POST else shown


def _named_version(request: HttpRequest, shown: PipelineEndpoint) -> PublishedPipeline:
    text = request.POST.get("version", "")
    return publishing.version_of(shown, int(text) if text.isdecimal() else -1)


urlpatterns: list[URLPattern | URLResolver] = [
    path("pipelines/", endpoints, name="pipelines"),
    path("pipelines/rows/", endpoint_rows, name="pipeline-rows"),
    path("pipelines/<uuid:pipeline_id>/", endpoint, name="pipeline"),
]

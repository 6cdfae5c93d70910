"""The page of one run, whatever its kind: its head, its tabs, and what is changed there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mlops.access.decisions import may
from mlops.batch.queries import job_of
from mlops.datasets.queries import page_url
from mlops.explanations.queries import explanations_of_run
from mlops.formats.refusal import Refusal
from mlops.pipelines.actions import cancel as cancel_run
from mlops.runs import actions, queries
from mlops.runs.deletion import delete
from mlops.runs.models import FINAL_STEP_STATES, Artifact, Priority, Run, RunKind, Step
from mlops.runs.priorities import prioritize
from mlops.runs.shaping import seconds
from mlops.runs.situation import surroundings, told_run, told_steps
from mlops.traces.models import Trace
from mlops.web.early_ends import label_early_ends
from mlops.web.guard import signed_in
from mlops.web.pages import (
    guest_run,
    run_children,
    run_files,
    run_log,
    run_metrics,
    run_overview,
    run_pictures,
    run_snapshot,
)
from mlops.web.pages.explanations import run_explanations_context
from mlops.web.pages.guests import or_guest
from mlops.web.pages.run_outputs import register_data
from mlops.web.pages.tag_words import typed_tags
from mlops.web.pages.traces import traces_of
from mlops.web.pages.trials import has_trials, trials
from mlops.web.projects import show_project

Extra = Callable[[HttpRequest, Run, list[Step]], dict[str, Any]]

TABS = {
    "overview": gettext_lazy("Overview"),
    "graph": gettext_lazy("Graph"),
    "steps": gettext_lazy("Steps"),
    "trials": gettext_lazy("Trials"),
    "metrics": gettext_lazy("Metrics"),
    "images": gettext_lazy("Images"),
    "tables": gettext_lazy("Tables"),
    "outputs": gettext_lazy("Outputs and files"),
    "logs": gettext_lazy("Logs"),
    "children": gettext_lazy("Child runs"),
    "explanations": gettext_lazy("Explanations"),
    "traces": gettext_lazy("Traces"),
    "snapshot": gettext_lazy("Snapshot"),
}
EXTRAS: dict[str, Extra] = {
    "trials": lambda request, shown, steps: trials(request, shown),
    "overview": run_overview.context,
    "metrics": run_metrics.context,
    "images": run_pictures.images,
    "tables": run_pictures.tables,
    "outputs": run_files.context,
    "logs": run_log.context,
    "children": run_children.context,
    "explanations": lambda request, shown, steps: run_explanations_context(shown),
    "traces": lambda request, shown, steps: {"traces": traces_of(shown)},
    "snapshot": run_snapshot.context,
}


@signed_in
@require_http_methods(["GET", "POST"])
@ensure_csrf_cookie
@or_guest(guest_run.run)
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """POST: `act` is one of ACTS."""
    shown = queries.run(request.user, run_id)
    show_project(request, shown.project)
    if request.method == "POST":
        return _act(request, shown)
    tabs = _tabs(shown)
    first = "graph" if shown.kind == RunKind.PIPELINE and "graph" in tabs else next(iter(tabs))
    tab = request.GET.get("tab", first)
    return render(request, "web/runs/run.html", run_context(request, shown, tab if tab in tabs else first))


@signed_in
@require_GET
def head(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The live head of a run's page: its state, and the tabs that there are by now. `?tab=` is the open one."""
    context = run_context(request, queries.run(request.user, run_id), "graph")
    return render(request, "web/runs/_head.html", {**context, "tab": request.GET.get("tab", "")})


@signed_in
@require_GET
def tab_body(request: HttpRequest, run_id: UUID, tab: str) -> HttpResponse:
    """The live part of a tab."""
    if tab not in TABS or tab == "graph":
        raise Refusal("not_found", _("There is no such part of a run's page."), status=404)
    shown = queries.run(request.user, run_id)
    return render(request, f"web/runs/_{tab}.html", run_context(request, shown, tab))


@signed_in
@require_POST
def cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    shown = queries.run(request.user, run_id)
    try:
        cancel_run(request.user, shown)
    except Refusal as refusal:
        if refusal.code != "run_ended":
            raise
        messages.info(request, refusal.message)
    return redirect("web:run", shown.pk)


@signed_in
@require_POST
def urgency(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """POST `priority`: low, normal or high."""
    shown = queries.run(request.user, run_id)
    try:
        prioritize(request.user, shown, priority=request.POST.get("priority", ""))
    except Refusal as refusal:
        if refusal.code != "run_ended":
            raise
        messages.info(request, refusal.message)
    return redirect("web:run", shown.pk)


def run_context(request: HttpRequest, shown: Run, tab: str) -> dict[str, Any]:
    steps = queries.steps(shown)
    around = surroundings(of=shown)
    told = told_steps(shown, steps, around)
    label_early_ends([shown])
    context: dict[str, Any] = {
        "run": shown,
        "tab": tab,
        "tabs": _tabs(shown).items(),
        "batch_job": job_of(shown) if _is_batch(shown) else None,
        "told": told_run(shown, around, steps, told),
        "steps": [(step, told[step.node], seconds(step.started_at, step.ended_at)) for step in steps],
        "done": sum(step.state in FINAL_STEP_STATES for step in steps),
        "count": len(steps),
        "seconds": seconds(shown.started_at, shown.ended_at),
        "can_cancel": shown.state in ("queued", "running") and may(request.user, "runs.track", shown.project),
        "may_contribute": may(request.user, "runs.track", shown.project),
        "priorities": _priorities(request, shown),
        "drawn_in": _drawn_in(shown),
        "failed": next((step for step in steps if step.state == "failed"), None),
    }
    extra = EXTRAS.get(tab)
    return context | (extra(request, shown, steps) if extra else {})  # nosec B610


def _priorities(request: HttpRequest, shown: Run) -> list[tuple[str, Any, bool]]:
    """Word, label and whether it is so now; nothing where the person may not change it, or it means nothing."""
    if shown.state not in ("queued", "running") or shown.kind == RunKind.TRACKED:
        return []
    may_hurry = may(request.user, "runs.prioritize", shown.project)
    if not may(request.user, "runs.cancel", shown.project) or (shown.priority > Priority.NORMAL and not may_hurry):
        return []
    offered = [one for one in Priority if one <= Priority.NORMAL or may_hurry]
    return [(one.name.lower(), one.label, one == shown.priority) for one in offered]


def _tabs(shown: Run) -> dict[str, Any]:
    """Only what there is: a graph where one was drawn, child runs where there are some."""
    paths = list(Artifact.objects.filter(run=shown).values_list("path", flat=True)[: run_pictures.MOST_LOOKED_AT])
    absent = set()
    if shown.kind != RunKind.PIPELINE or (_is_batch(shown) and not shown.document):
        absent.add("graph")
    if not shown.spec.get("nodes"):
        absent.add("steps")
    if not any(map(run_pictures.is_picture, paths)):
        absent.add("images")
    if not any(map(run_pictures.is_table, paths)):
        absent.add("tables")
    if not has_trials(shown):
        absent.add("trials")
    if not shown.children.exists():
        absent.add("children")
    if not explanations_of_run(shown).exists():
        absent.add("explanations")
    if not Trace.objects.filter(runs=shown).exists():
        absent.add("traces")
    return {key: label for key, label in TABS.items() if key not in absent}


def _is_batch(shown: Run) -> bool:
    return shown.origin.startswith("batch-endpoints/")


def _drawn_in(shown: Run) -> str:
    """The draft that the run was submitted from, as the page of comparisons calls it."""
    kind, _slash, name = shown.origin.partition("/")
    return f"draft-{name.partition('@')[0]}" if kind == "drafts" else ""


def _act(request: HttpRequest, shown: Run) -> HttpResponse:
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Refusal("act_unknown", _("The page sent an act that is not known."), hint=_("Load the page again."))
    try:
        return act(request, shown) or redirect(f"{request.path}?tab=overview")
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        context = {**run_context(request, shown, "overview"), "problem": refusal, "typed": request.POST}
        return render(request, "web/runs/run.html", context, status=refusal.status)


def _describe(request: HttpRequest, shown: Run) -> None:
    actions.describe(request.user, shown, description=request.POST.get("description", ""))
    messages.success(request, _("The notes are saved."))


def _rename(request: HttpRequest, shown: Run) -> None:
    actions.rename(request.user, shown, display_name=request.POST.get("display_name", ""))


def _tag(request: HttpRequest, shown: Run) -> None:
    tags = typed_tags(request.POST.get("tag", ""))
    if not tags:
        raise Refusal("tag_invalid", _("No tag was typed."), hint=_("Write TagName=TagValue, such as Area=Churn."))
    actions.set_tags(request.user, shown, tags=tags)


def _untag(request: HttpRequest, shown: Run) -> None:
    actions.take_tag_off(request.user, shown, key=request.POST.get("key", ""))


def _register_data(request: HttpRequest, shown: Run) -> HttpResponse:
    version = register_data(request.user, shown, request.POST.dict())
    messages.success(request, _("The output is registered as %(version)s.") % {"version": version})
    return redirect(page_url(version.dataset))


def _archive(request: HttpRequest, shown: Run) -> None:
    actions.archive(request.user, shown)
    messages.success(request, _("The run is archived: it is out of the lists, and everything of it stays."))


def _bring_back(request: HttpRequest, shown: Run) -> None:
    actions.bring_back(request.user, shown)


def _delete(request: HttpRequest, shown: Run) -> HttpResponse:
    count = delete(request.user, shown)
    told = ngettext("%(count)d run is in the recycle bin.", "%(count)d runs are in the recycle bin.", count)
    messages.success(request, told % {"count": count} + " " + _("It can be restored there."))
    return redirect("web:runs-bin")


ACTS: dict[str, Callable[[HttpRequest, Run], HttpResponse | None]] = {
    "describe": _describe,
    "rename": _rename,
    "tag": _tag,
    "untag": _untag,
    "register-data": _register_data,
    "archive": _archive,
    "bring_back": _bring_back,
    "delete": _delete,
}


urlpatterns: list[URLPattern | URLResolver] = [
    path("runs/<uuid:run_id>/", run, name="run"),
    path("runs/<uuid:run_id>/head/", head, name="run-head"),
    path("runs/<uuid:run_id>/tab/<slug:tab>/", tab_body, name="run-tab"),
    path("runs/<uuid:run_id>/cancel/", cancel, name="run-cancel"),
    path("runs/<uuid:run_id>/priority/", urgency, name="run-priority"),
    path("runs/<uuid:run_id>/log/", run_log.download, name="run-log"),
    path("runs/<uuid:run_id>/zip/", run_files.archive, name="run-zip"),
    path("runs/<uuid:run_id>/file/<path:place>", run_files.raw, name="run-file"),
]

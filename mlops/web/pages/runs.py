"""The pages about runs: the list, one run with its tabs, and two runs compared."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from mlops.access.decisions import may
from mlops.batch.queries import job_of
from mlops.execution.library import library_of
from mlops.formats.pipeline import DATASET_COMPONENT, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.pipelines import actions
from mlops.runs import queries
from mlops.runs.compare import compare
from mlops.runs.models import LogLine, Metric, Run, Step
from mlops.runs.outputs import views
from mlops.runs.searching import RUNS
from mlops.runs.shaping import UNSEEN, seconds
from mlops.runs.situation import surroundings, told_run, told_steps
from mlops.tags.filters import tags_of_many
from mlops.web.guard import signed_in
from mlops.web.listing import listed
from mlops.web.pages.trials import has_trials, trials
from mlops.web.projects import current_project, show_project

MOST_LOG_LINES = 2_000
TABS = {
    "graph": gettext_lazy("Graph"),
    "steps": gettext_lazy("Steps"),
    "trials": gettext_lazy("Trials"),
    "metrics": gettext_lazy("Metrics"),
    "outputs": gettext_lazy("Outputs"),
    "logs": gettext_lazy("Logs"),
    "snapshot": gettext_lazy("Snapshot"),
}


@signed_in
@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    context = _list_context(request)
    return render(request, "web/runs/list.html", context, status=context["listed"].status)


@signed_in
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The live part of the list."""
    return render(request, "web/runs/_rows.html", _list_context(request))


@signed_in
@require_GET
@ensure_csrf_cookie
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    shown = queries.run(request.user, run_id)
    show_project(request, shown.project)
    first = next(iter(_tabs(shown)))
    tab = request.GET.get("tab", first)
    return render(request, "web/runs/run.html", _run_context(request, shown, tab if tab in _tabs(shown) else first))


@signed_in
@require_GET
def head(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The live head of a run's page."""
    return render(request, "web/runs/_head.html", _run_context(request, queries.run(request.user, run_id), "graph"))


@signed_in
@require_GET
def tab_body(request: HttpRequest, run_id: UUID, tab: str) -> HttpResponse:
    """The live part of a tab."""
    if tab not in TABS or tab == "graph":
        raise Refusal("not_found", _("There is no such part of a run's page."), status=404)
    shown = queries.run(request.user, run_id)
    return render(request, f"web/runs/_{tab}.html", _run_context(request, shown, tab))


@signed_in
@require_POST
def cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    shown = queries.run(request.user, run_id)
    try:
        actions.cancel(request.user, shown)
    except Refusal as refusal:
        if refusal.code != "run_ended":
            raise
        messages.info(request, refusal.message)
    return redirect("web:run", shown.pk)


@signed_in
@require_GET
def compared(request: HttpRequest) -> HttpResponse:
    """`?a=&b=`, or `?run=&run=` from the list's check boxes."""
    ids = request.GET.getlist("run") or [request.GET.get("a", ""), request.GET.get("b", "")]
    try:
        first, second = (queries.run(request.user, UUID(one)) for one in ids)
    except ValueError as error:
        raise Refusal(
            "two_runs_needed", _("A comparison needs two runs."), hint=_("Select exactly two in the list of runs.")
        ) from error
    show_project(request, first.project)
    titles = queries.names_of(queries.steps(second)) | queries.names_of(queries.steps(first))
    found = compare(first, second)
    context = {
        "a": first,
        "b": second,
        "seconds": [seconds(one.started_at, one.ended_at) for one in (first, second)],
        "parameters": [
            (titles.get(row.node, row.node), row.name.replace("_", " "), _shown(row.a), _shown(row.b))
            for row in found.parameters
        ],
        "metrics": [(titles.get(row.node, row.node), row) for row in found.metrics],
        "added": [titles.get(node, node) for node in found.added],
        "removed": [titles.get(node, node) for node in found.removed],
        "found": found,
    }
    return render(request, "web/runs/compare.html", context)


def _list_context(request: HttpRequest) -> dict[str, Any]:
    """`state` and `experiment` of older addresses stand beside the filter."""
    project = current_project(request)
    asked = {name: request.GET.get(name, "").strip() for name in ("state", "experiment")}
    seen = queries.visible_to(request.user).filter(project=project).defer(*UNSEEN)
    problem: Refusal | None = None
    try:
        seen = queries.filtered(seen, **asked)
    except Refusal as refusal:
        problem = refusal
    found = listed(request, RUNS, seen, project=project.slug, keep=("state", "experiment"))
    tags = tags_of_many(found.rows)
    return {
        "project": project,
        "listed": found,
        "rows": [(one, seconds(one.started_at, one.ended_at), tags[str(one.pk)]) for one in found.rows],
        "asked": asked,
        "is_filtered": found.is_filtered or any(asked.values()),
        "problem": problem,
    }


def _run_context(request: HttpRequest, shown: Run, tab: str) -> dict[str, Any]:
    steps = queries.steps(shown)
    around = surroundings(of=shown)
    told = told_steps(shown, steps, around)
    done = sum(step.state in ("completed", "reused", "failed", "skipped", "cancelled") for step in steps)
    context: dict[str, Any] = {
        "run": shown,
        "tab": tab,
        "tabs": _tabs(shown).items(),
        "batch_job": job_of(shown) if _is_batch(shown) else None,
        "told": told_run(shown, around, steps),
        "steps": [(step, told[step.node], seconds(step.started_at, step.ended_at)) for step in steps],
        "done": done,
        "count": len(steps),
        "seconds": seconds(shown.started_at, shown.ended_at),
        "can_cancel": shown.state in ("queued", "running") and may(request.user, "contribute", shown.project),
        "may_contribute": may(request.user, "contribute", shown.project),
        "drawn_in": _drawn_in(shown),
        "failed": next((step for step in steps if step.state == "failed"), None),
    }
    if tab == "trials":
        return context | trials(request, shown)
    extra = {"metrics": _metrics, "outputs": _outputs, "logs": _logs, "snapshot": _snapshot}.get(tab)
    return context | (extra(shown, steps) if extra else {})


def _tabs(shown: Run) -> dict[str, Any]:
    """A batch job that scores with a model was never drawn: it has no graph to show."""
    has_graph = bool(shown.document) or not _is_batch(shown)
    shown_tabs = {"graph": has_graph, "trials": has_trials(shown)}
    return {key: label for key, label in TABS.items() if shown_tabs.get(key, True)}


def _is_batch(shown: Run) -> bool:
    return shown.origin.startswith("batch-endpoints/")


def _drawn_in(shown: Run) -> str:
    """The draft that the run was submitted from, as the page of comparisons calls it."""
    kind, _slash, name = shown.origin.partition("/")
    return f"draft-{name.partition('@')[0]}" if kind == "drafts" else ""


def _metrics(shown: Run, steps: list[Step]) -> dict[str, Any]:
    """The last value of each metric; what steps found is drawn by the browser as in the designer."""
    titles = queries.names_of(steps)
    measured = Metric.objects.filter(run=shown).order_by("node", "pk")
    last = {(one.node, one.key): one for one in measured}
    return {
        "metrics": [(titles.get(one.node, one.node), one) for one in last.values()],
        "views": [(titles.get(step.node, step.node), view) for step in steps for view in views(step.outputs)],
    }


def _outputs(shown: Run, steps: list[Step]) -> dict[str, Any]:
    return {
        "outputs": [
            (step, port, output, _port_label(step, port)) for step in steps for port, output in step.outputs.items()
        ]
    }


def _port_label(step: Step, port: str) -> str:
    try:
        ports = library_of(step.run).component(step.component, step.version).outputs
    except Refusal:
        return port
    return next((one.label for one in ports if one.name == port), port)


def _logs(shown: Run, steps: list[Step]) -> dict[str, Any]:
    lines = LogLine.objects.filter(step__run=shown).select_related("step").order_by("-at", "-pk")[:MOST_LOG_LINES]
    titles = queries.names_of(steps)
    return {"lines": [(line, titles[line.step.node]) for line in reversed(lines)], "most": MOST_LOG_LINES}


def _snapshot(shown: Run, steps: list[Step]) -> dict[str, Any]:
    spec = msgspec.convert(shown.spec, type=PipelineSpec)
    datasets = [node.parameters for node in spec.nodes if node.component == DATASET_COMPONENT]
    return {
        "spec_json": json.dumps(shown.spec, indent=2, ensure_ascii=False),
        "versions": shown.snapshot.get("versions", {}).items(),
        "datasets": [f"{one.get('dataset')}:{one.get('version')}" for one in datasets],
    }


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


urlpatterns: list[URLPattern | URLResolver] = [
    path("runs/", runs, name="runs"),
    path("runs/rows/", rows, name="runs-rows"),
    path("runs/compare/", compared, name="runs-compare"),
    path("runs/<uuid:run_id>/", run, name="run"),
    path("runs/<uuid:run_id>/head/", head, name="run-head"),
    path("runs/<uuid:run_id>/tab/<slug:tab>/", tab_body, name="run-tab"),
    path("runs/<uuid:run_id>/cancel/", cancel, name="run-cancel"),
]

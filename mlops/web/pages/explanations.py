"""The pages about explanations of a model version: ask, progress, result with its drawings, comparison."""

from __future__ import annotations

import json
import uuid
from typing import Any

import msgspec
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may
from mlops.datasets.models import Dataset
from mlops.explanations import actions, local, queries, what_if
from mlops.explanations.cohorts import cohorts
from mlops.explanations.comparing import compared
from mlops.explanations.models import Explanation
from mlops.explanations.orders import checked_order
from mlops.explanations.rows_to_explain import usual_rows
from mlops.formats.explanation import KINDS, SURROGATES, ExplainOrder, ExplainProgress, ExplanationSummary
from mlops.formats.refusal import Refusal
from mlops.registry.models import ModelVersion
from mlops.registry.queries import visible_version
from mlops.runs.models import Run
from mlops.web import explanation_charts as charts
from mlops.web.charts import Chart
from mlops.web.charts.tables import csv_of
from mlops.web.explanation_swarm import MOST_ROWS, swarm_figure
from mlops.web.guard import signed_in
from mlops.web.projects import show_project

ORDERED = ("kind", "rows", "background", "seed", "surrogate", "label", "fairness", "dependence", "budget_seconds")
CHOSEN = "for_deployments"
DETAILS = ("data", "name", "comment")
SHOWN_ROWS = 15


def explanations_context(version: ModelVersion) -> dict[str, Any]:
    """Of the tab on the version's page."""
    return _listed(queries.explanations_of(version))


def run_explanations_context(run: Run) -> dict[str, Any]:
    """Of the tab on the run's page."""
    return _listed(queries.explanations_of_run(run))


def _listed(rows: QuerySet[Explanation]) -> dict[str, Any]:
    found = list(rows[:50])
    newest = next((one for one in found if one.summary), None)
    summary = queries.summary_of(newest) if newest else None
    return {
        "explanations": [(one, queries.summary_of(one)) for one in found],
        "newest": newest,
        "charts": [charts.importance_chart(summary, None)] if summary else [],
    }


@signed_in
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, model_id: uuid.UUID, number: int) -> HttpResponse:
    version = visible_version(request.user, model_id, number)
    show_project(request, version.model.project)
    if request.method == "GET":
        return _form(request, version, typed={**_usual(), **request.GET.dict()})
    try:
        given = {name: request.POST[name].strip() for name in (*ORDERED, CHOSEN) if name in request.POST}
        details = {name: request.POST.get(name, "") for name in DETAILS}
        made = actions.explain(request.user, version, order=checked_order(given), **details)
    except Refusal as refusal:
        return _form(request, version, typed=request.POST.dict(), problem=refusal)
    return redirect("web:explanation", made.pk)


@signed_in
@require_http_methods(["GET", "POST"])
def explanation(request: HttpRequest, explanation_id: uuid.UUID) -> HttpResponse:
    """POST: `act` = cancel or delete. GET: `output` (of several), `row` (its place), `cohort` (a column), `csv`."""
    found = queries.visible_explanation(request.user, explanation_id)
    show_project(request, queries.project_of(found))
    if request.method == "POST":
        return _act(request, found)
    context = _context(request, found)
    if "csv" in request.GET:
        return csv_of(context["all_charts"], request.GET["csv"], name=found.name)
    return render(request, "web/explanations/explanation.html", context)


@signed_in
def explanation_state(request: HttpRequest, explanation_id: uuid.UUID) -> HttpResponse:
    """The live part."""
    found = queries.visible_explanation(request.user, explanation_id)
    return render(request, "web/explanations/_result.html", _context(request, found))


@signed_in
def version_explanations(request: HttpRequest, model_id: uuid.UUID, number: int) -> HttpResponse:
    """The live part of the tab Explanations."""
    version = visible_version(request.user, model_id, number)
    may_contribute = may(request.user, "models.explain", version.model.project)
    context = {"version": version, "may_contribute": may_contribute, **explanations_context(version)}
    return render(request, "web/explanations/_list.html", context)


@signed_in
def compare(request: HttpRequest, explanation_id: uuid.UUID, other_explanation_id: uuid.UUID) -> HttpResponse:
    both = [queries.visible_explanation(request.user, one) for one in (explanation_id, other_explanation_id)]
    show_project(request, queries.project_of(both[0]))
    found = compared(both[0], both[1])
    drawn = charts.comparison_chart(found)
    if "csv" in request.GET:
        return csv_of([drawn], request.GET["csv"], name="comparison")
    context = {"explanations": both, "found": found, "chart": drawn, "project": queries.project_of(both[0])}
    return render(request, "web/explanations/compare.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def try_row(request: HttpRequest, explanation_id: uuid.UUID) -> HttpResponse:
    """A row whose values can be changed: GET with `row`, its place among the explained ones; POST with `=column`."""
    found = queries.visible_explanation(request.user, explanation_id)
    show_project(request, queries.project_of(found))
    listed = local.rows_of(found, offset=0, limit=MOST_ROWS)[0]
    at = _place(request.GET.get("row", ""), len(listed)) or 0
    before = {one.column: one.value for one in listed[at].contributions} if listed else {}
    typed = {name: request.POST.get(f"={name}", "" if value is None else str(value)) for name, value in before.items()}
    context: dict[str, Any] = {
        "explanation": found,
        "version": found.version,
        "project": queries.project_of(found),
        "row": at,
        "before": listed[at] if listed else None,
        "fields": [(name, value, before[name]) for name, value in typed.items()],
    }
    try:
        told = what_if.asked(found, dict(typed))
    except Refusal as refusal:
        return render(request, "web/explanations/what_if.html", {**context, "problem": refusal}, status=refusal.status)
    context |= {
        "told": told,
        "scores": [(name, value, context["before"].scores.get(name)) for name, value in told.scores.items()],
        "charts": [
            msgspec.structs.replace(charts.local_chart(told, place), key=f"local-{place}", title=name)
            for place, name in enumerate(told.outputs)
        ],
    }
    if "csv" in request.GET:
        return csv_of(context["charts"], request.GET["csv"], name=found.name)
    return render(request, "web/explanations/what_if.html", context)


def _usual() -> dict[str, str]:
    order = ExplainOrder()
    return {name: f"{getattr(order, name)}" for name in ORDERED if name not in ("fairness", "label")}


def _form(
    request: HttpRequest, version: ModelVersion, *, typed: dict[str, str], problem: Refusal | None = None
) -> HttpResponse:
    usual = usual_rows(version)
    context = {
        "version": version,
        "project": version.model.project,
        "typed": typed,
        "problem": problem,
        "wrong": problem.where.parameter if problem else "",
        "kinds": [(one, kind_words(one)) for one in KINDS],
        "surrogates": SURROGATES,
        "usual": usual,
        "datasets": Dataset.objects.filter(project=version.model.project).values_list("name", flat=True)[:200],
        "may_contribute": may(request.user, "models.explain", version.model.project),
    }
    return render(request, "web/explanations/start.html", context, status=problem.status if problem else 200)


def kind_words(kind: str) -> str:
    return {
        "auto": _("By the model's type"),
        "tree": _("Tree SHAP"),
        "linear": _("Linear SHAP"),
        "permutation": _("Shapley values by permutations, of any model"),
        "kernel": _("Kernel SHAP, of any model (slow)"),
        "deep": _("Deep SHAP, of PyTorch networks"),
        "mimic": _("A surrogate that mimics the model"),
        "brought": _("Brought along by the run"),
        "shuffling": _("Permutation importance (global only, needs the truth)"),
    }[kind]


def _act(request: HttpRequest, found: Explanation) -> HttpResponse:
    act = request.POST.get("act", "")
    try:
        if act == "cancel":
            actions.cancel(request.user, found)
            return redirect("web:explanation", found.pk)
        if act == "delete":
            actions.delete(request.user, found)
            messages.success(request, _("The explanation “%(name)s” is deleted.") % {"name": found})
            if found.version is None:
                response = redirect("web:run", found.run_id)
            else:
                response = redirect("web:model-version", found.version.model_id, found.version.number)
            response["Location"] += "?tab=explanations"
            return response
    except Refusal as refusal:
        context = {**_context(request, found), "problem": refusal}
        return render(request, "web/explanations/explanation.html", context, status=refusal.status)
    raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))


def _context(request: HttpRequest, found: Explanation) -> dict[str, Any]:
    summary = queries.summary_of(found)
    progress = msgspec.convert(found.progress, ExplainProgress) if found.progress else None
    project = queries.project_of(found)
    context: dict[str, Any] = {
        "explanation": found,
        "version": found.version,
        "project": project,
        "summary": summary,
        "kind": kind_words(summary.kind if summary else found.order.get("kind", "auto")),
        "progress": progress,
        "percent": round(100 * progress.share) if progress else 0,
        "may_contribute": may(request.user, "models.explain", project),
        "all_charts": [],
    }
    return context | (_drawn(request, found, summary) if summary else {})


def _drawn(request: HttpRequest, found: Explanation, summary: ExplanationSummary) -> dict[str, Any]:
    output = _place(request.GET.get("output", ""), len(summary.outputs))
    at = output or 0
    listed = [] if summary.global_only else local.rows_of(found, offset=0, limit=MOST_ROWS)[0]
    chosen = _place(request.GET.get("row", ""), len(listed))
    importance = charts.importance_chart(summary, output)
    words = _answer_words(summary, at)
    dependence = [charts.dependence_chart(one, at, words) for one in queries.dependence_of(found)]
    one_row = charts.local_chart(listed[chosen or 0], at) if listed else None
    unit = charts.unit_words(summary.unit)
    columns = [one.column for one in summary.weights]
    cohort = request.GET.get("cohort", "")
    grouped: list[Chart] = [charts.cohort_chart(cohorts(found, cohort), cohort)] if cohort and listed else []
    return {
        "outputs": list(enumerate(summary.outputs)) if len(summary.outputs) > 1 else [],
        "output": output,
        "output_name": summary.outputs[at] if summary.outputs else "",
        "importance": importance,
        "swarm": json.dumps(swarm_figure(listed, columns, at, unit)) if listed else "",
        "rows": list(enumerate(listed[:SHOWN_ROWS])),
        "row": chosen or 0,
        "row_chart": one_row,
        "row_shown": listed[chosen or 0] if listed else None,
        "dependence": dependence,
        "fairness": [_table(one) for one in queries.fairness_of(found)],
        "columns": columns,
        "cohort": cohort,
        "cohort_charts": grouped,
        "all_charts": [importance, *dependence, *grouped, *([one_row] if one_row else [])],
        "others": _others(found),
    }


def _table(one: Any) -> dict[str, Any]:
    metrics = list(one.overall)
    return {
        "slice": one,
        "metrics": metrics,
        "groups": [(group, [group.metrics.get(name) for name in metrics]) for group in one.groups],
        "overall": [one.overall[name] for name in metrics],
        "differences": [one.differences.get(name) for name in metrics],
        "ratios": [one.ratios.get(name) for name in metrics],
    }


def _others(found: Explanation) -> list[Explanation]:
    """Of this version and of the others of its model, to compare with."""
    if found.version is not None:
        related = Q(version__model=found.version.model_id)
    else:
        related = Q(run=found.run_id)
    rows = Explanation.objects.filter(related, summary__isnull=False)
    return list(rows.exclude(pk=found.pk).select_related("version__model").defer("summary")[:20])


def _answer_words(summary: ExplanationSummary, output: int) -> str:
    name = summary.outputs[output] if summary.outputs else ""
    if summary.task in ("two_class", "multiclass"):
        return _("Probability of %(name)s") % {"name": name}
    return name


def _place(text: str, count: int) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 7 and int(text) < count else None


urlpatterns: list[URLPattern | URLResolver] = [
    path("models/<uuid:model_id>/<int:number>/explain/", start, name="explanation-start"),
    path("models/<uuid:model_id>/<int:number>/explanations/", version_explanations, name="model-explanations"),
    path("explanations/<uuid:explanation_id>/", explanation, name="explanation"),
    path("explanations/<uuid:explanation_id>/what-if/", try_row, name="explanation-what-if"),
    path("explanations/<uuid:explanation_id>/state/", explanation_state, name="explanation-state"),
    path(
        "explanations/<uuid:explanation_id>/compare/<uuid:other_explanation_id>/", compare, name="explanation-compare"
    ),
]

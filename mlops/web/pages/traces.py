"""Traces: a list of those of an experiment or a run, and one with its spans, facts and assessments."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.http import require_GET

from mlops.runs import queries as runs
from mlops.runs.models import Experiment, Run
from mlops.traces import queries
from mlops.traces.models import Assessment, Trace, TraceFact
from mlops.web.guard import signed_in
from mlops.web.projects import current_project

PER_PAGE = 50
LONGEST_VALUE = 4_000
DEEPEST = 12


@signed_in
@require_GET
def traces(request: HttpRequest) -> HttpResponse:
    """`experiment` and `run` name the ones that they are of."""
    project = current_project(request)
    found = queries.visible_to(request.user).filter(project=project)
    experiment: Experiment | None = None
    of_run: Run | None = None
    if wanted := _id(request.GET.get("experiment", "")):
        experiment = runs.experiments(request.user, project=project.slug).filter(pk=wanted).first()
        found = found.filter(experiment=wanted)
    if wanted := _id(request.GET.get("run", "")):
        of_run = runs.visible_to(request.user).filter(pk=wanted).first()
        found = found.filter(runs=wanted)
    page = Paginator(found.order_by("-started_at", "key"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"project": project, "page": page, "experiment": experiment, "run": of_run}
    return render(request, "web/traces/list.html", context)


@signed_in
@require_GET
def trace(request: HttpRequest, trace_pk: UUID) -> HttpResponse:
    shown = queries.trace(request.user, trace_pk)
    lines, count = queries.lines(shown)
    facts = TraceFact.objects.filter(trace=shown).order_by("-is_tag", "key")
    context = {
        "trace": shown,
        "seconds": None if shown.duration_ms is None else shown.duration_ms / 1_000,
        "lines": [(line, _shown(line), min(line.depth, DEEPEST)) for line in lines],
        "count": count,
        "assessments": Assessment.objects.filter(trace=shown),
        "told": [one for one in facts if not one.key.startswith(queries.OF_CLIENTS)],
        "of_client": [one for one in facts if one.key.startswith(queries.OF_CLIENTS)],
        "runs": runs.visible_to(request.user).filter(pk__in=shown.runs.values("pk")),
    }
    return render(request, "web/traces/trace.html", context)


def traces_of(run: Run) -> list[Trace]:
    return list(Trace.objects.filter(runs=run).order_by("-started_at")[:PER_PAGE])


def _shown(line: queries.Line) -> dict[str, str]:
    told = {"inputs": line.inputs, "outputs": line.outputs, "attributes": line.attributes or None}
    return {name: _text(value) for name, value in told.items() if value is not None}


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _id(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None


urlpatterns: list[URLPattern | URLResolver] = [
    path("traces/", traces, name="traces"),
    path("traces/<uuid:trace_pk>/", trace, name="trace"),
]

"""A run as guests see it: how it went, what it measured and the files that its code logged, without its models."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mlops.runs import queries
from mlops.runs.files import MOST_FILES
from mlops.runs.models import Artifact, RunParameter
from mlops.runs.shaping import seconds
from mlops.runs.sharing import own_steps, readable
from mlops.tags.filters import of_people, tags_of
from mlops.web.markdown import rendered
from mlops.web.pages import run_metrics
from mlops.web.pages.run_overview import MOST_PARAMETERS


def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    shown = readable(request.user, run_id)
    steps = own_steps(queries.steps(shown))
    files = Artifact.objects.filter(run=shown).order_by("path")
    parameters = RunParameter.objects.filter(run=shown).order_by("key").values_list("key", "value")
    context: dict[str, Any] = {
        "run": shown,
        "notes": rendered(shown.description) if shown.description else "",
        "tags": of_people(tags_of(shown)),
        "parameters": parameters[:MOST_PARAMETERS],
        "files": files[:MOST_FILES],
        "lines": [(step, seconds(step.started_at, step.ended_at)) for step in steps],
        "steps": steps,
        "seconds": seconds(shown.started_at, shown.ended_at),
        **run_metrics.context(request, shown, steps),
    }
    part = "_run" if request.GET.get("part") == "state" else "run"
    return render(request, f"web/sharing/{part}.html", context)

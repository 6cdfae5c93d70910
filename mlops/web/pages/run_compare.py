"""Any number of runs beside each other: facts, parameters, metrics, courses, pictures, code."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from mlops.formats.refusal import Refusal
from mlops.runs.code import FileChange, difference
from mlops.runs.comparing import Beside, CodeChanges, beside
from mlops.runs.files import RunFile
from mlops.runs.metrics_api import named_runs
from mlops.runs.models import Artifact, Metric, Run
from mlops.web.guard import signed_in
from mlops.web.pages.run_parallel import parallel_figure
from mlops.web.pages.run_pictures import is_picture
from mlops.web.projects import show_project

MOST_DIFFS = 30
MOST_PICTURES = 30
FACTS = {
    "kind": gettext_lazy("Kind"),
    "state": gettext_lazy("State"),
    "experiment": gettext_lazy("Experiment"),
    "seconds": gettext_lazy("Seconds"),
    "created_at": gettext_lazy("Submitted"),
    "created_by": gettext_lazy("By"),
    "code": gettext_lazy("Code, SHA-256"),
    "commit": gettext_lazy("Commit"),
}


@signed_in
@require_GET
def compared(request: HttpRequest) -> HttpResponse:
    """`?run=&run=…` or `?a=&b=`; `all` also shows what is equal in all runs, `colour` names the metric of the lines."""
    runs = _asked(request)
    show_project(request, runs[0].project)
    found = beside(runs)
    show_all = "all" in request.GET
    context = {
        "runs": runs,
        "run_ids": ",".join(str(run.pk) for run in runs),
        "found": found,
        "show_all": show_all,
        "facts": [(FACTS.get(row.name, row.name), row) for row in found.facts],
        "parameters": [row for row in found.parameters if show_all or row.differs],
        "parameter_count": len(found.parameters),
        "metrics": [(row, list(enumerate(row.values))) for row in found.metrics],
        "data": [row for row in found.data if show_all or row.differs],
        "environment": [row for row in found.environment if show_all or row.differs],
        "code": [_told(one) for one in found.code],
        "series_keys": json.dumps(_courses(runs)),
        "parallel": _parallel(runs, found, request.GET.get("colour", "")),
        "metric_names": [row.name for row in found.metrics],
        "colour": request.GET.get("colour", ""),
        "pictures": _pictures(runs),
        "drawn": [run for run in runs if run.document],
    }
    return render(request, "web/runs/compare.html", context)


def _asked(request: HttpRequest) -> list[Run]:
    ids = request.GET.getlist("run") or [one for one in (request.GET.get("a", ""), request.GET.get("b", "")) if one]
    try:
        runs = named_runs(request.user, [str(UUID(one)) for one in ids]) if ids else []
    except ValueError:
        runs = []
    if len(runs) < 2:
        message = _("A comparison needs two runs or more.")
        raise Refusal("two_runs_needed", message, hint=_("Select them in the list of runs."))
    return runs


def _courses(runs: list[Run]) -> list[dict[str, Any]]:
    """Metrics that were told more than once by one of the runs."""
    counts: dict[str, int] = defaultdict(int)
    rows = Metric.objects.filter(run__in=runs).order_by().values("run", "key").annotate(count=Count("pk"))
    for row in rows.filter(count__gt=1):
        counts[row["key"]] += row["count"]
    return [{"key": key, "count": count} for key, count in sorted(counts.items())]


def _parallel(runs: list[Run], found: Beside, colour: str) -> str:
    rows = [row for row in found.parameters if row.differs]
    return json.dumps(parallel_figure(runs, rows, list(found.metrics), colour)) if len(runs) > 1 else ""


def _told(code: CodeChanges) -> dict[str, Any]:
    return {
        "number": code.number,
        "files": [(file, _lines(file)) for file in code.files[:MOST_DIFFS]],
        "all": code.files,
    }


def _lines(file: FileChange) -> list[tuple[str, str]]:
    """How a line is marked, and the line."""
    try:
        text = difference(file)
    except Refusal:
        return []
    marks = {"+": "line-added", "-": "line-removed", "@": "line-place"}
    return [(marks.get(line[:1], ""), line) for line in (text or "").splitlines()[2:]]


def _pictures(runs: list[Run]) -> list[tuple[str, list[tuple[Run, RunFile | None]]]]:
    """Pictures of the same path beside each other."""
    place = {run.pk: number for number, run in enumerate(runs)}
    found: dict[str, list[RunFile | None]] = {}
    for one in Artifact.objects.filter(run__in=runs).order_by("path"):
        if is_picture(one.path) and "compressed" not in one.path:
            row = found.setdefault(one.path, [None] * len(runs))
            row[place[one.run_id]] = RunFile(
                place=f"artifacts/{one.path}", digest=one.blob_id, size_bytes=one.size_bytes
            )
    shared = sorted(found.items(), key=lambda item: -sum(file is not None for file in item[1]))
    return [(path, list(zip(runs, row, strict=True))) for path, row in shared[:MOST_PICTURES]]


urlpatterns: list[URLPattern | URLResolver] = [path("runs/compare/", compared, name="runs-compare")]

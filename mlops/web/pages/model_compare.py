"""Versions of models beside each other."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from mlops.formats.refusal import Refusal
from mlops.lineage.versions.comparing import MOST, Beside, beside, chosen
from mlops.registry import queries
from mlops.runs.comparing import Row
from mlops.web.charts import Chart, Series
from mlops.web.charts.tables import csv_of
from mlops.web.guard import signed_in
from mlops.web.projects import show_project

FACTS = {
    "stage": gettext_lazy("Stage"),
    "aliases": gettext_lazy("Aliases"),
    "task": gettext_lazy("Task"),
    "algorithm": gettext_lazy("Algorithm"),
    "framework": gettext_lazy("Framework"),
    "size_bytes": gettext_lazy("Size"),
    "files": gettext_lazy("Files"),
    "trained_rows": gettext_lazy("Rows in training"),
    "p99_ms": gettext_lazy("Latency, 99 of 100"),
    "per_second": gettext_lazy("Requests a second"),
    "onnx": gettext_lazy("ONNX form"),
    "created_at": gettext_lazy("Registered"),
    "created_by": gettext_lazy("By"),
    "run": gettext_lazy("Run"),
    "commit": gettext_lazy("Commit"),
    "tags": gettext_lazy("Tags"),
}
MOST_DRAWN = 15


@signed_in
@require_GET
def compared(request: HttpRequest, model_id: uuid.UUID) -> HttpResponse:
    """`?version=1&version=2…` or `?version=1,2`; `all` also shows what is equal in all versions."""
    model = queries.visible_model(request.user, model_id)
    show_project(request, model.project)
    asked = [part for one in request.GET.getlist("version") for part in one.split(",") if part.strip()]
    problem: Refusal | None = None
    found: Beside | None = None
    try:
        found = beside(chosen(request.user, model, asked))
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        problem = refusal
    charts = _charts(found) if found is not None else []
    if key := request.GET.get("csv"):
        return csv_of(charts, key, name=model.name)
    show_all = "all" in request.GET
    context: dict[str, Any] = {"model": model, "project": model.project, "problem": problem, "show_all": show_all}
    context |= {"known": queries.versions_of(model)[:200], "asked": asked, "most": MOST, "charts": charts}
    if found is not None:
        context |= {
            "found": found,
            "facts": [(FACTS.get(row.name, row.name), row) for row in found.facts if show_all or row.differs],
            "metrics": [(row, list(enumerate(row.values))) for row in found.metrics],
            **{part: _shown(getattr(found, part), show_all=show_all) for part in PARTS},
        }
    return render(request, "web/models/compare.html", context, status=problem.status if problem is not None else 200)


PARTS = ("parameters", "data", "importances", "inputs", "outputs", "packages", "serving")


def _shown(rows: tuple[Row, ...], *, show_all: bool) -> list[Row]:
    return [row for row in rows if show_all or row.differs]


def _charts(found: Beside) -> list[Chart]:
    """What each version pays attention to, the weightiest columns."""
    rows = found.importances[:MOST_DRAWN]
    if not rows:
        return []
    names = tuple(row.name for row in rows)
    series = tuple(
        Series(
            name=f"{version.name}:{version.number}",
            x=names,
            y=tuple(row.values[place] for row in rows),
            shape="bar",
        )
        for place, version in enumerate(found.versions)
        if version.importances
    )
    title = str(gettext_lazy("What they pay attention to"))
    return [Chart(key="importances", title=title, series=series, kind="ranking", is_wide=True)]


urlpatterns: list[URLPattern | URLResolver] = [path("models/<uuid:model_id>/compare/", compared, name="model-compare")]

"""Imports from MLflow: the form beside the list, and one import with its report."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may, require
from mlops.access.models import Project
from mlops.blobs.trees import keep_stream
from mlops.formats.refusal import Refusal
from mlops.imports import queries
from mlops.imports.actions import cancel_import, carry_on, start_import
from mlops.imports.models import Import, Outcome, Taken
from mlops.imports.options import Options
from mlops.registry.models import RegisteredModel
from mlops.runs.models import Experiment
from mlops.web.guard import signed_in
from mlops.web.projects import current_project, show_project

MOST_LISTED = 50
FINDINGS_A_PAGE = 100
MOST_LINKS = 50
KINDS = {
    "experiment": gettext_lazy("Experiments"),
    "run": gettext_lazy("Runs"),
    "point": gettext_lazy("Points of metrics"),
    "logged_model": gettext_lazy("Logged models"),
    "trace": gettext_lazy("Traces"),
    "file": gettext_lazy("Files"),
    "model": gettext_lazy("Registered models"),
    "version": gettext_lazy("Model versions"),
    "alias": gettext_lazy("Aliases"),
    "stage": gettext_lazy("Stages"),
}


@signed_in
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """POST: `act` = try tells what would come; else the import is started."""
    project = current_project(request)
    context: dict[str, Any] = {"project": project, "typed": request.POST, "wrong": ""}
    status = 200
    if request.method == "POST":
        require(request.user, "imports.run", project)
        try:
            return redirect("web:import", _started(request, project).pk)
        except Refusal as refusal:
            context |= {"problem": refusal, "wrong": refusal.where.parameter}
            status = refusal.status
    context |= {
        "imports": queries.visible_to(request.user, project=project.slug)[:MOST_LISTED],
        "may_contribute": may(request.user, "imports.run", project),
    }
    return render(request, "web/imports/list.html", context, status=status)


@signed_in
@require_http_methods(["GET", "POST"])
def one_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """POST `act`: cancel, or carry_on after a dry run."""
    row = queries.by_id(request.user, import_id)
    show_project(request, row.project)
    if request.method == "POST":
        if request.POST.get("act") == "carry_on":
            return redirect("web:import", carry_on(request.user, row).pk)
        cancel_import(request.user, row)
        messages.success(request, _("The import is cancelled; what it took stays."))
        return redirect("web:import", row.pk)
    return render(request, "web/imports/import.html", _shown(request, row))


@signed_in
def import_state(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """The live part of one import."""
    return render(request, "web/imports/_import.html", _shown(request, queries.by_id(request.user, import_id)))


def _started(request: HttpRequest, project: Project) -> Import:
    typed, sent = request.POST, request.FILES.get("archive")
    address = "" if sent else typed.get("address", "")
    options = Options(
        experiments=_lines(typed.get("experiments", "")),
        models=_lines(typed.get("models", "")),
        artifacts="artifacts" in typed,
        registry="registry" in typed,
        deleted="bin" if typed.get("deleted") == "bin" else "leave",
        collisions="suffix" if typed.get("collisions") == "suffix" else "merge",
        again="again" in typed,
        dry_run=typed.get("act") == "try",
        files=typed.get("files", "").strip(),
    )
    return start_import(
        request.user,
        project,
        address=address,
        archive=keep_stream(sent) if sent else None,  # type: ignore[arg-type]
        file_name=str(sent.name) if sent else "",
        source=typed.get("source", ""),
        user=typed.get("user", ""),
        secret=typed.get("secret", ""),
        options=options,
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _shown(request: HttpRequest, row: Import) -> dict[str, Any]:
    findings = Paginator(queries.findings(row), FINDINGS_A_PAGE).get_page(request.GET.get("page"))
    return {
        "project": row.project,
        "import": row,
        "percent": round(100 * row.done / row.total) if row.total else 0,
        "is_trial": bool(row.options.get("dry_run")),
        "may_carry_on": row.state == "completed" and (row.address or row.archive_id) and row.options.get("dry_run"),
        "counts": [(label, _outcomes(row.counts[kind])) for kind, label in KINDS.items() if kind in row.counts],
        "outcomes": [label for _value, label in Outcome.choices],
        "file_bytes": row.counts.get("file_bytes", {}).get(Outcome.NEW, 0),
        "left": sorted(row.counts.get("left", {}).items()),
        "findings": findings,
        "untold": sum(row.counts.get("finding", {}).values()) - findings.paginator.count,
        "experiments": _came(row, "experiment", Experiment),
        "models": _came(row, "model", RegisteredModel),
        "traces": Taken.objects.filter(by=row, kind="trace").exists(),
        "may_contribute": may(request.user, "imports.run", row.project),
        "options": msgspec.convert(row.options, Options),
    }


def _outcomes(counts: dict[str, int]) -> list[tuple[Any, int]]:
    return [(label, counts.get(value, 0)) for value, label in Outcome.choices]


def _came(row: Import, kind: str, model: Any) -> list[Any]:
    ids = Taken.objects.filter(by=row, kind=kind).values_list("our_id", flat=True)[:MOST_LINKS]
    return list(model.objects.filter(pk__in=list(ids), deleted_at=None).order_by("name"))


urlpatterns: list[URLPattern | URLResolver] = [
    path("imports/", imports, name="imports"),
    path("imports/<uuid:import_id>/", one_import, name="import"),
    path("imports/<uuid:import_id>/state/", import_state, name="import-state"),
]

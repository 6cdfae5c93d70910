"""The lineage of a thing as a drawing, who uses it, and what was deployed at an instant."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.views.decorators.cache import never_cache

from mlops.access.decisions import visible_projects
from mlops.access.models import Project
from mlops.access.offered import shown_beside
from mlops.formats.refusal import Refusal
from mlops.lineage import kinds
from mlops.lineage.finding import things_named
from mlops.lineage.graph import Bounds, graph_of, node_of
from mlops.lineage.serving.instant import changes_of, deployed_at, instant_in
from mlops.lineage.uses import uses_of
from mlops.web.guard import signed_in
from mlops.web.projects import current_project, show_project

DEPTH, MOST, FAN = 2, 60, 12
"""Of the first piece: what a person can look over, and what is read in a moment."""


@signed_in
@never_cache
def lineage(request: HttpRequest) -> HttpResponse:
    """`?of=` names a thing; without it, things are found by `?q=`."""
    if not request.GET.get("of"):
        project = current_project(request)
        query = request.GET.get("q", "")[:200]
        found = [node_of(row) for row in things_named([project], query)]
        return render(request, "web/lineage/find.html", {"project": project, "found": found, "query": query})
    row, project, seen = _asked(request)
    graph = graph_of(
        row, bounds=Bounds(depth=DEPTH, most=MOST, fan=FAN, projects=seen, offered=shown_beside(request.user, seen))
    )
    node = next(node for node in graph.nodes if node.name == graph.root)
    context = {"graph": graph, "piece": msgspec.to_builtins(graph), "node": node, "project": project}
    return render(request, "web/lineage/lineage.html", context)


@signed_in
@never_cache
def uses(request: HttpRequest) -> HttpResponse:
    row, project, seen = _asked(request)
    context = {"node": node_of(row), "uses": uses_of(row, projects=seen), "project": project}
    return render(request, "web/lineage/uses.html", context)


@signed_in
@never_cache
def at(request: HttpRequest) -> HttpResponse:
    """What was deployed at `?time=`, in the project; with the changes around it to choose from."""
    project = current_project(request)
    typed = request.GET.get("time", "")
    problem = None
    try:
        instant = instant_in(typed)
    except Refusal as refusal:
        problem, instant = refusal, timezone.now()
    context = {
        "project": project,
        "typed": typed,
        "problem": problem,
        "instant": deployed_at([project], instant),
        "changes": changes_of([project], most=30),
    }
    return render(request, "web/lineage/at.html", context, status=422 if problem else 200)


def _asked(request: HttpRequest) -> tuple[Any, Project, set[Any]]:
    """The thing, its project, and the projects that may be seen. Raises Refusal with the nearest name."""
    projects = list(visible_projects(request.user))
    slug = request.GET.get("project")
    within = [one for one in projects if one.slug == slug] if slug else projects
    row = kinds.find(within, request.GET.get("of", "")[:500])
    project = next(one for one in projects if one.pk == kinds.kind_of(row).project_id(row))
    show_project(request, project)
    return row, project, {one.pk for one in projects}


urlpatterns: list[URLPattern | URLResolver] = [
    path("lineage/", lineage, name="lineage"),
    path("lineage/at/", at, name="lineage-at"),
    path("lineage/uses/", uses, name="lineage-uses"),
]

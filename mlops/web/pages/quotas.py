"""Quotas: the tab of a project, and the administrators' table of all projects."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import require_administrator
from mlops.access.models import Project
from mlops.accounts import queries as people
from mlops.compute.weights import weight_of
from mlops.formats.refusal import Refusal
from mlops.quotas import actions, queries
from mlops.quotas.kinds import KINDS
from mlops.web.guard import signed_in
from mlops.web.projects import show_project


@signed_in
@require_http_methods(["GET", "POST"])
def of_project(request: HttpRequest, slug: str) -> HttpResponse:
    """POST: a field for each kind; an empty one is as all others."""
    project = people.visible_project(request.user, slug)
    show_project(request, project)
    if request.method == "GET":
        return _page(request, project)
    try:
        actions.set_quotas(request.user, project, _given(request), reason=_reason(request))
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        return _page(request, project, problem=refusal, typed=request.POST)
    messages.success(request, _("Saved. It holds from now on; what is beyond it stays."))
    return redirect("web:project-quotas", project.slug)


@signed_in
@require_http_methods(["GET", "POST"])
def of_all(request: HttpRequest) -> HttpResponse:
    """POST: what holds for projects without quotas of their own; an empty field is no limit."""
    require_administrator(request.user, _("Only an administrator may see the quotas of all projects."))
    if request.method == "GET":
        return _table(request)
    try:
        actions.set_quotas(request.user, None, _given(request), reason=_reason(request))
    except Refusal as refusal:
        return _table(request, problem=refusal, typed=request.POST)
    messages.success(request, _("Saved. It holds from now on; what is beyond it stays."))
    return redirect("web:system-quotas")


def _page(request: HttpRequest, project: Project, **more: Any) -> HttpResponse:
    lines = queries.lines_of(project)
    own = {
        one.kind: actions.UNLIMITED if one.most is None else KINDS[one.kind].exact(one.most)
        for one in lines
        if one.is_own
    }
    context = {"project": project, "tab": "quotas", "role": people.role_of(request.user, project), "lines": lines}
    context["weight"] = weight_of(project)
    context["fields"] = _fields(own, more.get("typed"))
    problem: Refusal | None = more.get("problem")
    return render(request, "web/projects/quotas.html", context | more, status=problem.status if problem else 200)


def _table(request: HttpRequest, **more: Any) -> HttpResponse:
    known = {kind: "" if most is None else KINDS[kind].exact(most) for kind, most in queries.defaults().items()}
    context = {"here": "quotas", "projects": queries.all_lines(request.user), "kinds": KINDS.values()}
    context["fields"] = _fields(known, more.get("typed"))
    problem: Refusal | None = more.get("problem")
    return render(request, "web/system/quotas.html", context | more, status=problem.status if problem else 200)


def _fields(known: dict[str, Any], typed: Any) -> list[dict[str, Any]]:
    return [{"kind": kind, "value": (typed or known).get(kind.name, "")} for kind in KINDS.values()]


def _given(request: HttpRequest) -> dict[str, str]:
    return {kind: request.POST[kind].strip() or actions.DEFAULT for kind in KINDS if kind in request.POST}


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "")


urlpatterns: list[URLPattern] = [
    path("projects/<slug:slug>/quotas/", of_project, name="project-quotas"),
    path("system/quotas/", of_all, name="system-quotas"),
]

"""The tab of a project about files that are not safe: what is done about them, and which names are allowed."""

from __future__ import annotations

from typing import Any, get_args

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may, require
from mlops.access.models import Project
from mlops.accounts import queries
from mlops.formats.refusal import Refusal
from mlops.scans import policies
from mlops.scans.api import visible_allowance
from mlops.scans.models import Allowance, Strictness
from mlops.scans.standing import Level
from mlops.web.guard import signed_in
from mlops.web.projects import show_project


@signed_in
@require_http_methods(["GET", "POST"])
def project_scans(request: HttpRequest, slug: str) -> HttpResponse:
    """POST: `act` = policy, allow or forbid."""
    project = queries.visible_project(request.user, slug)
    show_project(request, project)
    if request.method == "GET":
        return _page(request, project)
    require(request.user, "rules.manage", project)
    acts = {"policy": _set_policy, "allow": _allow, "forbid": _forbid}
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    try:
        messages.success(request, act(request, project))
    except Refusal as refusal:
        return _page(request, project, problem=refusal)
    return redirect("web:project-scans", project.slug)


def _set_policy(request: HttpRequest, project: Project) -> str:
    wanted = {place: request.POST.get(place, "") for place in policies.PLACES}
    policies.set_policy(request.user, project, reason=request.POST.get("reason", ""), **wanted)
    return _("Saved. It holds from now on; what is registered or deployed already stays.")


def _allow(request: HttpRequest, project: Project) -> str:
    name = request.POST.get("name", "")
    policies.allow(request.user, project, name=name, reason=request.POST.get("why", ""))
    return _("“%s” is allowed in this project.") % name


def _forbid(request: HttpRequest, project: Project) -> str:
    given = request.POST.get("allowance", "")
    allowance = visible_allowance(request.user, int(given) if given.isdecimal() else 0)
    policies.forbid(request.user, allowance)
    return _("“%s” is allowed no more.") % allowance.name


def _page(request: HttpRequest, project: Project, *, problem: Refusal | None = None) -> HttpResponse:
    policy = policies.policy_of(project)
    context: dict[str, Any] = {
        "project": project,
        "tab": "scans",
        "problem": problem,
        "typed": request.POST,
        "may_own": may(request.user, "rules.manage", project),
        "places": [{"name": name, "value": getattr(policy, name), **_place_words(name)} for name in policies.PLACES],
        "strictnesses": Strictness.choices,
        "allowances": Allowance.objects.filter(project=project).select_related("created_by"),
        "levels": get_args(Level),
    }
    return render(request, "web/projects/scans.html", context, status=problem.status if problem else 200)


def _place_words(place: policies.Place) -> dict[str, str]:
    return {
        "register": {"label": _("When a model is registered"), "help": _("From any place: pages, API, MLflow, runs.")},
        "deploy": {"label": _("When a version is deployed"), "help": _("To endpoints and batch endpoints.")},
        "download": {
            "label": _("When a file is downloaded"),
            "help": _("Of models, runs and data: from pages, by REST and by MLflow's clients."),
        },
    }[place]


urlpatterns: list[URLPattern | URLResolver] = [path("projects/<slug:slug>/scans/", project_scans, name="project-scans")]

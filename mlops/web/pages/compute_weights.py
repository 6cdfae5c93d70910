"""Weights of projects: how the workers are shared where the steps of several wait. Administrators see and set them."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import project_named, require_administrator
from mlops.access.models import Project
from mlops.compute.weights import MOST, USUAL, weigh, weights
from mlops.execution.claiming import running_by_project
from mlops.formats.refusal import Refusal
from mlops.runs.models import Step
from mlops.web.guard import signed_in


class ShareLine(msgspec.Struct, frozen=True, kw_only=True):
    project: Any
    weight: int
    running: int
    waiting: int
    share: float | None
    """Of the workers, 0–1, among the projects that have steps now; None: it has none."""


@signed_in
@require_http_methods(["GET", "POST"])
def project_weights(request: HttpRequest) -> HttpResponse:
    """POST: the weight of one project, with a reason."""
    require_administrator(request.user, _("Only an administrator may see the weights of all projects."))
    if request.method == "GET":
        return _page(request)
    typed = request.POST
    try:
        project = project_named(request.user, typed.get("project", ""))
        weight = weigh(request.user, project, typed.get("weight", ""), reason=typed.get("reason", ""))
    except Refusal as refusal:
        return _page(request, problem=refusal)
    told = {"name": project.title, "weight": weight}
    messages.success(request, _("“%(name)s” has the weight %(weight)d now.") % told)
    return redirect("web:compute-weights")


def share_lines() -> list[ShareLine]:
    """Those with steps first, then the heaviest."""
    known, running = weights(), running_by_project()
    queued = Step.objects.filter(state="queued", run__state__in=("queued", "running")).order_by()
    waiting = dict(queued.values_list("run__project").annotate(count=Count("pk")))
    busy = {*running, *waiting}
    whole = sum(known.get(one, USUAL) for one in busy)
    lines = [
        ShareLine(
            project=project,
            weight=known.get(project.pk, USUAL),
            running=running.get(project.pk, 0),
            waiting=waiting.get(project.pk, 0),
            share=known.get(project.pk, USUAL) / whole if project.pk in busy else None,
        )
        for project in Project.objects.all()
    ]
    return sorted(lines, key=lambda one: (one.share is None, -one.weight, one.project.title))


def _page(request: HttpRequest, *, problem: Refusal | None = None) -> HttpResponse:
    context = {"lines": share_lines(), "problem": problem, "typed": request.POST, "most": MOST}
    return render(request, "web/compute/weights.html", context, status=problem.status if problem else 200)


urlpatterns: list[URLPattern] = [path("compute/weights/", project_weights, name="compute-weights")]

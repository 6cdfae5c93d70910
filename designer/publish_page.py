"""Pages around publishing that need the drawing: publish what was run, and clone what was published."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from designer import actions
from mlops.access.decisions import require
from mlops.formats.document import Document
from mlops.formats.refusal import Refusal
from mlops.pipelines import published
from mlops.runs import queries as runs
from mlops.web.guard import signed_in
from mlops.web.projects import show_project


@signed_in
@require_http_methods(["GET", "POST"])
def publish_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The form, and the act. What was typed stays beside a refusal."""
    run = runs.run(request.user, run_id)
    require(request.user, "pipelines.design", run.project)
    show_project(request, run.project)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            version = actions.publish_run(
                request.user,
                run,
                endpoint=request.POST.get("endpoint", ""),
                description=request.POST.get("description", ""),
                make_default="default" in request.POST,
            )
        except Refusal as refusal:
            problem = refusal
        else:
            messages.success(request, _("Published as “%(version)s”.") % {"version": version})
            return redirect("web:pipeline", version.endpoint_id)
    drawn = msgspec.convert(run.document or {}, type=Document)
    context = {
        "run": run,
        "typed": request.POST if request.method == "POST" else {"endpoint": run.display_name, "default": "on"},
        "parameters": drawn.parameters.items(),
        "known": published.endpoints(request.user).filter(project=run.project),
        "problem": problem,
    }
    return render(request, "designer/publish_run.html", context, status=problem.status if problem else 200)


@signed_in
@require_POST
def clone_published(request: HttpRequest, pipeline_id: UUID, number: int) -> HttpResponse:
    version = published.version(request.user, pipeline_id, number)
    return redirect("designer:draft", actions.clone_published(request.user, version).pk)

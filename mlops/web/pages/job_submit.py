"""The page that submits a job from YAML: pasted or sent with its files, checked first or submitted at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import require
from mlops.components.bundles import unpacked
from mlops.compute.queries import pools
from mlops.formats.refusal import Refusal
from mlops.jobs.actions import Asked, check_job, create_job
from mlops.web.demand_fields import demand_settings, typed_fit
from mlops.web.guard import signed_in
from mlops.web.projects import current_project

PASTED = "job.yml"
EXAMPLE = """\
type: command
command: echo "hello ${{inputs.who}}"
inputs:
  who: world
"""


@signed_in
@require_http_methods(["GET", "POST"])
def submit_job(request: HttpRequest) -> HttpResponse:
    """POST: `act` = check tells what was understood; `submit` makes the job."""
    project = current_project(request)
    require(request.user, "jobs.submit", project)
    context: dict[str, Any] = {"project": project, "typed": request.POST, "example": EXAMPLE, "pools": list(pools())}
    if request.method == "GET":
        return render(request, "web/runs/submit.html", context)
    main = request.POST.get("main", "").strip() or (PASTED if request.POST.get("yaml", "").strip() else "")
    settings = tuple(line.strip() for line in request.POST.get("settings", "").splitlines() if line.strip())
    settings += demand_settings(request.POST)
    try:
        with _sent(request) as folder:
            if request.POST.get("act") == "check":
                context["understood"] = check_job(request.user, project, folder, main=main, settings=settings)
                context["fit"] = typed_fit(request.POST)
                return render(request, "web/runs/submit.html", context)
            asked = Asked(
                settings=settings,
                name=request.POST.get("name", "").strip(),
                experiment=request.POST.get("experiment", "").strip(),
            )
            run, warnings = create_job(request.user, project, folder, main=main, asked=asked)
    except Refusal as refusal:
        context |= {"problem": refusal, "problems": getattr(refusal, "extra", {}).get("problems") or []}
        return render(request, "web/runs/submit.html", context, status=refusal.status)
    for warning in warnings:
        messages.warning(request, warning)
    messages.success(request, _("The job “%(name)s” was submitted.") % {"name": run.name})
    return redirect("web:run", run.pk)


@contextmanager
def _sent(request: HttpRequest) -> Iterator[Path]:
    """What was pasted lies beside the files that were chosen."""
    given: list[tuple[str, Any]] = [(str(one.name), one) for one in request.FILES.getlist("files")]
    if text := request.POST.get("yaml", "").strip():
        given.append((PASTED, BytesIO(text.encode())))
    if not given:
        raise Refusal(
            "job_without_files", _("No job was given."), hint=_("Paste its YAML, or choose its files."), status=422
        )
    with unpacked(given) as folder:
        yield folder


urlpatterns: list[URLPattern | URLResolver] = [path("runs/new/", submit_job, name="job-submit")]

"""The page of one batch job: how far it is, what has no result and why, and the output to look at and to download."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.views.decorators.http import require_GET, require_POST

from mlops.access.decisions import may
from mlops.batch import queries
from mlops.batch.journal import NODE
from mlops.batch.models import BatchJob
from mlops.batch.settings import settings_of
from mlops.batch.telling import progress_of, tell
from mlops.blobs.trees import manifest_of
from mlops.formats.refusal import Refusal
from mlops.pipelines import actions
from mlops.runs.models import Step
from mlops.runs.outputs import look
from mlops.runs.shaping import seconds
from mlops.web.guard import signed_in
from mlops.web.projects import show_project

ROWS_SHOWN = 20
TROUBLE_SHOWN = 20


@signed_in
@require_GET
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    shown = queries.job(request.user, job_id)
    show_project(request, shown.endpoint.project)
    return render(request, "web/batch/job.html", _context(request, shown))


@signed_in
@require_GET
def job_body(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The live part."""
    return render(request, "web/batch/_job.html", _context(request, queries.job(request.user, job_id)))


@signed_in
@require_POST
def cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    shown = queries.job(request.user, job_id)
    try:
        actions.cancel(request.user, shown.run)
    except Refusal as refusal:
        if refusal.code != "run_ended":
            raise
        messages.info(request, refusal.message)
    return redirect("web:batch-job", shown.pk)


def _context(request: HttpRequest, shown: BatchJob) -> dict[str, Any]:
    step = Step.objects.filter(run=shown.run_id, node=NODE).first()
    outputs = step.outputs if step else {}
    run = shown.run
    return {
        "job": shown,
        "run": run,
        "project": shown.endpoint.project,
        "told": tell(shown),
        "progress": progress_of(shown),
        "settings": settings_of(shown),
        "seconds": seconds(run.started_at, run.ended_at),
        "is_going": not run.is_final,
        "can_cancel": run.state in ("queued", "running") and may(request.user, "runs.cancel", shown.endpoint.project),
        "troubled": queries.troubled(shown, most=TROUBLE_SHOWN),
        "files": _files(shown, outputs),
        "page": look(outputs["scored"], limit=ROWS_SHOWN) if "scored" in outputs else None,
    }


def _files(shown: BatchJob, outputs: dict[str, Any]) -> list[dict[str, Any]]:
    if "files" not in outputs:
        return []
    place = {"run_id": shown.run_id, "node": NODE, "port": "files"}
    return [
        {
            "name": file.path,
            "size_bytes": file.size_bytes,
            "url": reverse("step-file", kwargs=place | {"path": file.path}),
        }
        for file in manifest_of(outputs["files"]["tree"]).files
    ]


urlpatterns: list[URLPattern | URLResolver] = [
    path("batch/jobs/<uuid:job_id>/", job, name="batch-job"),
    path("batch/jobs/<uuid:job_id>/body/", job_body, name="batch-job-body"),
    path("batch/jobs/<uuid:job_id>/cancel/", cancel, name="batch-job-cancel"),
]

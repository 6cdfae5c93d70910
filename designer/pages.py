"""The designer's pages: the gallery of drafts and samples, and the canvas."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from designer import actions, guests, queries, samples
from designer.drawing import starting_with
from designer.exchange_api import import_files
from designer.samples import SAMPLES
from mlops.access.decisions import may, require
from mlops.formats.refusal import Refusal
from mlops.runs import queries as runs
from mlops.web.guard import signed_in
from mlops.web.pages.guests import or_guest
from mlops.web.projects import current_project

SHOWN_FIRST = 6


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    project = current_project(request)
    drafts = queries.visible_to(request.user).filter(project=project).defer("document")
    text = request.GET.get("q", "").strip()
    if text:
        drafts = drafts.filter(name__icontains=text)
    return render(
        request,
        "designer/home.html",
        {
            "drafts": drafts[:200],
            "samples": SAMPLES[:SHOWN_FIRST],
            "more_samples": SAMPLES[SHOWN_FIRST:],
            "q": text,
            "can_edit": may(request.user, "pipelines.design", project),
            "can_share": may(request.user, "sharing.manage", project),
        },
    )


@signed_in
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """An empty draft, or one that begins with the dataset of the form."""
    wanted = request.POST.get("dataset", "")
    draft = actions.create_draft(
        request.user,
        current_project(request),
        name=request.POST.get("name", ""),
        document=starting_with(wanted) if wanted else None,
    )
    return redirect("designer:draft", draft.pk)


@signed_in
@require_POST
def open_sample(request: HttpRequest, key: str) -> HttpResponse:
    """A copy of one's own; its datasets come along."""
    return redirect("designer:draft", samples.open_sample(request.user, current_project(request), key=key).pk)


@signed_in
@require_POST
def import_page(request: HttpRequest) -> HttpResponse:
    """Files as a draft; what is wrong with them is told with its lines, and nothing is created."""
    project = current_project(request)
    require(request.user, "pipelines.design", project)
    try:
        draft, warnings = import_files(request, project)
    except Refusal as refusal:
        told = getattr(refusal, "extra", {}).get("problems") or [{"message": refusal.message, "hint": refusal.hint}]
        for fault in told:
            messages.error(request, f"{fault['message']} {fault['hint']}")
        return redirect("designer:home")
    for warning in warnings:
        messages.warning(request, warning)
    return redirect("designer:draft", draft.pk)


@signed_in
@require_POST
def clone(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Opens a copy: samples and other people's drafts stay as they are."""
    return redirect("designer:draft", actions.clone_draft(request.user, queries.draft(request.user, draft_id)).pk)


@signed_in
@require_POST
def clone_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    return redirect("designer:draft", actions.clone_run(request.user, runs.run(request.user, run_id)).pk)


@signed_in
@require_POST
def delete(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    draft = queries.draft(request.user, draft_id)
    actions.delete_draft(request.user, draft)
    messages.success(request, _("Deleted the draft “%(name)s”. Its runs are kept.") % {"name": draft.name})
    return redirect("designer:home")


@signed_in
@require_GET
@ensure_csrf_cookie
@or_guest(guests.page)
def canvas(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    draft = queries.draft(request.user, draft_id)
    return render(
        request,
        "designer/canvas.html",
        {"draft": draft, "can_edit": may(request.user, "pipelines.design", draft.project)},
    )

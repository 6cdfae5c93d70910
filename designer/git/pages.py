"""The pages of links: those of a repository with a form for another, and one with its state and what to do next."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from designer import queries as drafts
from designer.git import actions, queries
from designer.git.outward import proposals_of
from designer.git.states import shown
from designer.models import GitLink
from mlops.access.decisions import may
from mlops.formats.refusal import Refusal
from mlops.repositories import queries as repositories
from mlops.web.guard import signed_in
from mlops.web.projects import show_project

MOST_DRAFTS = 500


@signed_in
@require_http_methods(["GET", "POST"])
def links(request: HttpRequest, repository_id: UUID) -> HttpResponse:
    """POST links a draft to a file."""
    row = repositories.by_id(request.user, repository_id)
    show_project(request, row.project)
    problem = None
    if request.method == "POST":
        try:
            return redirect("designer:git-link", _linked(request, row).pk)
        except Refusal as refusal:
            problem = refusal
    found = list(queries.of_repository(request.user, row))
    linked = {one.draft_id for one in found}
    own = drafts.visible_to(request.user).filter(project=row.project).defer("document")[:MOST_DRAFTS]
    context = {
        "project": row.project,
        "row": row,
        "links": [{"link": one, "state": shown(one)} for one in found],
        "drafts": [one for one in own if one.pk not in linked],
        "typed": request.POST if problem else {"draft": request.GET.get("draft", "")},
        "problem": problem,
        "may_manage": may(request.user, "repositories.manage", row.project),
    }
    return render(request, "designer/git/links.html", context, status=problem.status if problem else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """POST `act`: push, pull, here, there, save or delete."""
    found = queries.by_id(request.user, link_id)
    row = found.repository
    show_project(request, row.project)
    problem = None
    if request.method == "POST":
        try:
            return _act(request, found)
        except Refusal as refusal:
            problem = refusal
            found = queries.by_id(request.user, link_id)
    state = shown(found)
    context = {
        "project": row.project,
        "row": row,
        "link": found,
        "state": state,
        "is_conflict": state == "conflict" and found.theirs is not None,
        "proposal": proposals_of(found),
        "problem": problem,
        "may_manage": may(request.user, "repositories.manage", row.project),
        "may_design": may(request.user, "pipelines.design", row.project),
    }
    return render(request, "designer/git/link.html", context, status=problem.status if problem else 200)


def _linked(request: HttpRequest, row: Any) -> GitLink:
    typed = request.POST
    try:
        wanted = UUID(typed["draft"]) if typed.get("draft") else None
    except ValueError as error:
        raise Refusal("not_found", _("There is no such draft, or you may not see it."), status=404) from error
    return actions.link(
        request.user,
        row,
        path=typed.get("path", ""),
        draft=drafts.draft(request.user, wanted) if wanted else None,
        branch=typed.get("branch", ""),
        is_direct=typed.get("direct", "yes") == "yes",
        pushes_versions="pushes_versions" in typed,
    )


def _act(request: HttpRequest, found: GitLink) -> HttpResponse:
    act = request.POST.get("act", "")
    if act == "delete":
        actions.unlink(request.user, found)
        messages.success(request, _("The link is taken away; the draft and the file stay."))
        return redirect("designer:git-links", found.repository_id)
    if act == "push":
        actions.push(request.user, found)
        messages.success(request, _("The draft is being pushed."))
    elif act == "pull":
        actions.pull(request.user, found)
        messages.success(request, _("The newest commit is being looked at."))
    elif act in actions.SIDES:
        actions.settle(request.user, found, keep=act)
        messages.success(request, _("Settled. The other side stays in the history."))
    elif act == "save":
        typed = request.POST
        is_direct, pushes = typed.get("direct", "yes") == "yes", "pushes_versions" in typed
        actions.change(request.user, found, is_direct=is_direct, pushes_versions=pushes)
        messages.success(request, _("Saved. A change from there has your rights from now on."))
    else:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    return redirect("designer:git-link", found.pk)

"""Which project a page is about: the one asked for by `?project=`, else the one worked in last, else the first."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mlops.access.decisions import visible_projects
from mlops.access.models import Project
from mlops.formats.refusal import Refusal, nearest

SESSION_KEY = "project"


def current_project(request: HttpRequest) -> Project:
    """Raises Refusal `not_found` for a slug that the person may not see, `no_project` where there is none to see."""
    shown = shown_project(request)
    if shown is not None:
        return shown
    asked = request.GET.get("project", "")
    project = _asked_for(request, asked) if asked else _last_or_first(request)
    show_project(request, project)
    return project


def show_project(request: HttpRequest, project: Project) -> None:
    """The page is about this project: the frame names it, and the next page starts from it."""
    request._shown_project = project  # type: ignore[attr-defined]
    if request.session.get(SESSION_KEY) != project.slug:
        request.session[SESSION_KEY] = project.slug


def shown_project(request: HttpRequest) -> Project | None:
    return getattr(request, "_shown_project", None)


def _asked_for(request: HttpRequest, slug: str) -> Project:
    visible = visible_projects(request.user)
    project = visible.filter(slug=slug).first()
    if project is None:
        raise Refusal(
            "not_found",
            _("There is no project “%(slug)s”, or you may not see it.") % {"slug": slug},
            hint=nearest(slug, visible.values_list("slug", flat=True)),
            status=404,
        )
    return project


def _last_or_first(request: HttpRequest) -> Project:
    visible = visible_projects(request.user)
    last = request.session.get(SESSION_KEY)
    project = (visible.filter(slug=last).first() if last else None) or visible.order_by("created_at").first()
    if project is None:
        raise Refusal(
            "no_project",
            _("You are not in any project yet."),
            hint=_("Create a project under “Projects”, or ask the owner of one to add you."),
            status=409,
        )
    return project

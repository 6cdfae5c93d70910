"""The pages about projects: list, new, and one project with its people and its activity."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may, require, visible_projects
from mlops.access.models import Membership, Project, Role
from mlops.accounts import groups, membership, queries
from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from mlops.web.guard import signed_in
from mlops.web.pages.project_access import role_choices
from mlops.web.projects import show_project

EVENTS_SHOWN = 50


@signed_in
def projects(request: HttpRequest) -> HttpResponse:
    visible = list(visible_projects(request.user).order_by("name"))
    roles = queries.roles_of(request.user)
    people = dict(
        Membership.objects.filter(project__in=visible).values_list("project_id").annotate(count=Count("pk")).order_by()
    )
    lines = [(one, roles.get(one.pk, ""), people.get(one.pk, 0)) for one in visible]
    return render(request, "web/projects/list.html", {"lines": lines})


@signed_in
@require_http_methods(["GET", "POST"])
def new_project(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return render(request, "web/projects/new.html")
    name = request.POST.get("name", "")
    try:
        project = membership.create_project(
            request.user,
            name=name,
            slug=slugify(request.POST.get("slug", ""))[:60],
            description=request.POST.get("description", ""),
        )
    except Refusal as refusal:
        context = {"typed": request.POST, "problem": refusal}
        return render(request, "web/projects/new.html", context, status=refusal.status)
    messages.success(request, _("The project “%(name)s” is ready, and you are its owner.") % {"name": project.name})
    show_project(request, project)
    return redirect("web:project", project.slug)


@signed_in
@require_http_methods(["GET", "POST"])
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """Tabs People and Activity. POST: `act` = give-role or remove, `user`, `role`."""
    shown = queries.visible_project(request.user, slug)
    show_project(request, shown)
    if request.method == "POST":
        return _change_people(request, shown)
    if request.GET.get("tab") == "activity":
        return _activity(request, shown)
    return _people(request, shown)


def _change_people(request: HttpRequest, project: Project) -> HttpResponse:
    require(request.user, "people.manage", project)
    typed = request.POST
    try:
        if typed.get("act") in ("give-group-role", "remove-group"):
            return _change_group(request, project)
        person = queries.person_named(typed.get("user", ""))
        if typed.get("act") == "remove":
            membership.remove_person(request.user, project, user=person, reason=typed.get("reason", ""))
            said = _("%(name)s has no role here any more.")
        else:
            role = typed.get("role", "")
            membership.give_role(request.user, project, user=person, role=role, reason=typed.get("reason", ""))
            said = _("%(name)s now has the role %(role)s.")
    except Refusal as refusal:
        return _people(request, project, problem=refusal, typed=typed)
    role = typed.get("role", "")
    role_words = dict(Role.choices)
    messages.success(request, said % {"name": person.get_username(), "role": role_words.get(role, role)})
    if not may(request.user, "read", project):
        return redirect("web:projects")
    return redirect("web:project", project.slug)


def _change_group(request: HttpRequest, project: Project) -> HttpResponse:
    typed = request.POST
    group = groups.group_named(typed.get("group", ""))
    if typed.get("act") == "remove-group":
        groups.remove_group(request.user, project, group=group)
        messages.success(request, _("The group “%(name)s” has no role here any more.") % {"name": group.name})
    else:
        groups.give_group_role(request.user, project, group=group, role=typed.get("role", ""))
        messages.success(request, _("The group “%(name)s” has its role now.") % {"name": group.name})
    return redirect("web:project", project.slug)


def _people(request: HttpRequest, project: Project, **more: Any) -> HttpResponse:
    problem: Refusal | None = more.get("problem")
    context = {
        "project": project,
        "members": queries.members_of(project),
        "roles": role_choices(project),
        "groups": groups.roles_of_groups(project),
        "may_own": may(request.user, "people.manage", project),
        "role": queries.role_of(request.user, project),
        **more,
    }
    return render(request, "web/projects/people.html", context, status=problem.status if problem else 200)


def _activity(request: HttpRequest, project: Project) -> HttpResponse:
    events = Event.objects.filter(project=project).order_by("-seq")
    if asked := request.GET.get("q", "").strip():
        events = events.filter(subject__icontains=asked) | events.filter(type__icontains=asked)
    page = Paginator(events, EVENTS_SHOWN).get_page(request.GET.get("page"))
    context = {"project": project, "page": page, "q": asked, "role": queries.role_of(request.user, project)}
    return render(request, "web/projects/activity.html", context)


urlpatterns: list[URLPattern | URLResolver] = [
    path("projects/", projects, name="projects"),
    path("projects/new/", new_project, name="project-new"),
    path("projects/<slug:slug>/", project, name="project"),
]

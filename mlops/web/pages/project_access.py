"""Access in one project: its roles, its programs (service accounts), and what a person may do there and why."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mlops.access.catalogue import ACTIONS
from mlops.access.decisions import may, require
from mlops.access.models import Project, Role
from mlops.accounts import explaining, queries, roles, service_accounts
from mlops.accounts.role_forms import change_role
from mlops.formats.refusal import Refusal
from mlops.web.guard import signed_in
from mlops.web.projects import show_project

LIFETIMES = (7, 30, 90, 365)


@signed_in
@require_http_methods(["GET", "POST"])
def roles_page(request: HttpRequest, slug: str) -> HttpResponse:
    """POST: `act` = create, edit or delete; `name`, `actions`, `description`, `reason`; `role` is the id."""
    project = _shown(request, slug)
    if request.method == "GET":
        return _roles(request, project)
    require(request.user, "roles.manage", project)
    typed = request.POST
    try:
        said = change_role(request, project)
    except Refusal as refusal:
        return _roles(request, project, problem=refusal, typed=typed, ticked=typed.getlist("actions"))
    messages.success(request, said)
    return redirect("web:project-roles", project.slug)


@never_cache
@signed_in
@require_http_methods(["GET", "POST"])
def programs_page(request: HttpRequest, slug: str) -> HttpResponse:
    """POST: `act` = create, role, remove, token or revoke; `account` is the name."""
    project = _shown(request, slug)
    if request.method == "GET":
        return _programs(request, project)
    require(request.user, "accounts.manage", project)
    typed = request.POST
    try:
        secret = _change_program(request, project, typed.get("act", ""))
    except Refusal as refusal:
        return _programs(request, project, problem=refusal, typed=typed)
    if secret:
        return _programs(request, project, secret=secret, secret_of=typed.get("account", ""))
    return redirect("web:project-programs", project.slug)


@signed_in
def rights_page(request: HttpRequest, slug: str) -> HttpResponse:
    """`?person=`: what they may do here, and what gives it; one's own without it."""
    project = _shown(request, slug)
    name = request.GET.get("person", "").strip() or request.user.get_username()
    problem, rights = None, []
    if name != request.user.get_username():
        require(request.user, "people.manage", project)
    try:
        rights = explaining.rights(queries.person_named(name), project)
    except Refusal as refusal:
        problem = refusal
    context = _frame(request, project, "rights") | {"person": name, "rights": rights, "problem": problem}
    context["may_ask"] = may(request.user, "people.manage", project)
    return render(request, "web/projects/rights.html", context, status=problem.status if problem else 200)


def _change_program(request: HttpRequest, project: Project, act: str) -> str:
    """The secret of a token where one was made."""
    typed, actor = request.POST, request.user
    if act == "create":
        made = service_accounts.create_service_account(
            actor,
            project,
            name=typed.get("name", ""),
            role=typed.get("role", ""),
            description=typed.get("description", ""),
        )
        messages.success(request, _("The service account “%(name)s” is ready: make a token.") % {"name": made.name})
        return ""
    account = service_accounts.service_account(project, typed.get("account", ""))
    if act == "token":
        days = typed.get("days", "")
        expires = timedelta(days=int(days)) if days.isdecimal() else None
        return service_accounts.create_token(
            actor, account, name=typed.get("name", ""), scopes=typed.get("scopes") or "all", expires=expires
        )
    if act == "revoke":
        try:
            service_accounts.revoke_token(actor, account, token_id=uuid.UUID(typed.get("token", "")))
        except ValueError:
            raise Refusal("not_found", _("There is no such token, or it is not yours."), status=404) from None
    elif act == "role":
        service_accounts.change_role(actor, account, role=typed.get("role", ""))
    elif act == "remove":
        service_accounts.remove_service_account(actor, account)
    else:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    messages.success(request, _("“%(name)s” is changed.") % {"name": account.name})
    return ""


def _roles(request: HttpRequest, project: Project, **more: Any) -> HttpResponse:
    problem: Refusal | None = more.get("problem")
    context = _frame(request, project, "roles") | {
        "built_in": roles.built_in(),
        "own": roles.roles_for(project),
        "actions": ACTIONS,
        "may_change": may(request.user, "roles.manage", project),
        **more,
    }
    return render(request, "web/projects/roles.html", context, status=problem.status if problem else 200)


def _programs(request: HttpRequest, project: Project, **more: Any) -> HttpResponse:
    problem: Refusal | None = more.get("problem")
    may_change = may(request.user, "accounts.manage", project)
    held = service_accounts.roles_in(project)
    tokens = service_accounts.tokens_in(project) if may_change else {}
    lines = [
        (one, held.get(one.user_id), tokens.get(one.user_id, ())) for one in service_accounts.service_accounts(project)
    ]
    context = _frame(request, project, "programs") | {
        "lines": lines,
        "choices": role_choices(project),
        "may_change": may_change,
        "lifetimes": LIFETIMES,
        **more,
    }
    return render(request, "web/projects/programs.html", context, status=problem.status if problem else 200)


def role_choices(project: Project) -> list[tuple[str, str]]:
    """Name and title of each role that can be given here."""
    return [
        *((name, str(label)) for name, label in Role.choices),
        *((o.name, o.name) for o in roles.roles_for(project)),
    ]


def _shown(request: HttpRequest, slug: str) -> Project:
    shown = queries.visible_project(request.user, slug)
    show_project(request, shown)
    return shown


def _frame(request: HttpRequest, project: Project, tab: str) -> dict[str, Any]:
    return {"project": project, "tab": tab, "role": queries.role_of(request.user, project)}


urlpatterns: list[URLPattern | URLResolver] = [
    path("projects/<slug:slug>/roles/", roles_page, name="project-roles"),
    path("projects/<slug:slug>/programs/", programs_page, name="project-programs"),
    path("projects/<slug:slug>/rights/", rights_page, name="project-rights"),
]

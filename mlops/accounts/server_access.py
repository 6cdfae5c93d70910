"""Pages for administrators: the groups of the server with their people and roles, and the roles of the whole server."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.catalogue import ACTIONS
from mlops.access.decisions import project_named, require_administrator, visible_projects
from mlops.access.models import GroupRole, Role
from mlops.accounts import groups, queries, roles
from mlops.accounts.role_forms import change_role
from mlops.formats.refusal import Refusal


@login_required
@require_http_methods(["GET", "POST"])
def groups_page(request: HttpRequest) -> HttpResponse:
    """POST: `act` = create, delete, add, remove, give-role or take-role; `group`, `person`, `project`, `role`."""
    hint = _("In a project, its groups are listed with its people.")
    require_administrator(request.user, _("Only an administrator may see the groups of this server."), hint)
    if request.method == "GET":
        return _groups(request)
    try:
        messages.success(request, _change_group(request))
    except Refusal as refusal:
        return _groups(request, problem=refusal, typed=request.POST)
    return redirect("accounts:groups")


@login_required
@require_http_methods(["GET", "POST"])
def roles_page(request: HttpRequest) -> HttpResponse:
    """POST: `act` = create, edit or delete; `name`, `actions`, `description`, `reason`; `role` is the id."""
    hint = _("In a project, its roles are under “Projects”.")
    require_administrator(request.user, _("Only an administrator may change roles of the whole server."), hint)
    if request.method == "GET":
        return _roles(request)
    typed = request.POST
    try:
        said = change_role(request, None)
    except Refusal as refusal:
        return _roles(request, problem=refusal, typed=typed, ticked=typed.getlist("actions"))
    messages.success(request, said)
    return redirect("accounts:roles")


def _change_group(request: HttpRequest) -> str:
    typed, actor = request.POST, request.user
    act, reason = typed.get("act", ""), typed.get("reason", "")
    if act == "create":
        made = groups.create_group(actor, name=typed.get("group", ""))
        return _("The group “%(name)s” is made.") % {"name": made.name}
    group = groups.group_named(typed.get("group", ""))
    if act == "delete":
        groups.delete_group(actor, group, reason=reason)
        return _("The group “%(name)s” is deleted.") % {"name": group.name}
    if act in ("add", "remove"):
        person = queries.person_named(typed.get("person", ""))
        (groups.add_person if act == "add" else groups.remove_person)(actor, group, user=person, reason=reason)
    elif act == "give-role":
        project = project_named(actor, typed.get("project", ""))
        groups.give_group_role(actor, project, group=group, role=typed.get("role", ""), reason=reason)
    elif act == "take-role":
        groups.remove_group(actor, project_named(actor, typed.get("project", "")), group=group, reason=reason)
    else:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    return _("“%(name)s” is changed.") % {"name": group.name}


def _groups(request: HttpRequest, **more: Any) -> HttpResponse:
    problem: Refusal | None = more.get("problem")
    held: dict[int, list[GroupRole]] = {}
    for one in GroupRole.objects.select_related("project", "custom").order_by("project__name"):
        held.setdefault(one.group_id, []).append(one)
    context = {
        "lines": [(one, one.user_set.all(), held.get(one.pk, [])) for one in groups.groups()],
        "projects": visible_projects(request.user),
        "choices": [*Role.choices, *((one.name, one.name) for one in roles.roles_for(None))],
        **more,
    }
    return render(request, "accounts/groups.html", context, status=problem.status if problem else 200)


def _roles(request: HttpRequest, **more: Any) -> HttpResponse:
    """With the matrix: each action beside each role."""
    problem: Refusal | None = more.get("problem")
    own = list(roles.roles_for(None))
    columns = [(title, allowed) for _name, title, allowed in roles.built_in()]
    columns += [(one.name, frozenset(one.actions)) for one in own]
    context = {
        "own": own,
        "actions": ACTIONS,
        "titles": [title for title, _allowed in columns],
        "matrix": [(action, [action.name in allowed for _title, allowed in columns]) for action in ACTIONS],
        **more,
    }
    return render(request, "accounts/roles.html", context, status=problem.status if problem else 200)

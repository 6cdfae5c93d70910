"""Reads about people: tokens, members of a project, and a person by name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import may, visible_projects
from mlops.access.grants import held_by
from mlops.access.models import GroupRole, Membership, Project, ServiceAccount
from mlops.accounts.models import ApiToken
from mlops.formats.refusal import Refusal, nearest


def factor_due(request: Any) -> datetime | None:
    """When this session must have a second factor, for pages that tell it."""
    due = request.session.get("factor-due") if hasattr(request, "session") else None
    return datetime.fromtimestamp(due, UTC) if due else None


def tokens_of(user: Any) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(user=user).select_related("project")


def members_of(project: Project) -> QuerySet[Membership]:
    """People alone; service accounts have a list of their own."""
    accounts = ServiceAccount.objects.filter(project=project).values("user")
    return (
        Membership.objects.filter(project=project)
        .exclude(user__in=accounts)
        .select_related("user", "custom")
        .order_by("user__username")
    )


def role_of(user: Any, project: Project) -> str:
    """The name of the role, or an empty text; of several (groups) the person's own, else the one with most actions.
    Administrators who are no members are owners in effect."""
    own = held_by(project, user)
    if own is not None:
        return own.role_name
    if may(user, "own", project):
        return "owner"
    by_groups = GroupRole.objects.filter(project=project, group__user=user).select_related("custom")
    best = max(by_groups, key=lambda one: len(one.actions), default=None)
    return best.role_name if best else ""


def roles_of(user: Any) -> dict[Any, str]:
    """The names of the person's roles by project: the own one, else that of a group with the most actions."""
    by_groups = GroupRole.objects.filter(group__user=user).select_related("custom")
    found = {one.project_id: one.role_name for one in sorted(by_groups, key=lambda one: len(one.actions))}
    own = Membership.objects.filter(user=user).select_related("custom")
    found |= {one.project_id: one.role_name for one in own}
    if user.is_superuser:  # an owner in effect wherever they hold none
        return dict.fromkeys(visible_projects(user).values_list("pk", flat=True), "owner") | found
    return found


def visible_project(user: Any, slug: str) -> Project:
    project = visible_projects(user).filter(slug=slug).first()
    if project is None:
        raise Refusal("not_found", _("There is no such project, or you may not see it."), status=404)
    return project


def person_named(name: str) -> User:
    """Raises Refusal `person_unknown` with the nearest name."""
    user = User.objects.filter(username__iexact=name.strip(), is_active=True).first()
    if user is not None:
        return user
    names = User.objects.filter(is_active=True).values_list("username", flat=True)[:2000]
    raise Refusal(
        "person_unknown",
        _("There is no person “%(name)s” on this server.") % {"name": name.strip()},
        hint=nearest(name.strip(), names) or _("An administrator can add people."),
        status=404,
    )

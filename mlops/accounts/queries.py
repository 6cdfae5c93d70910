"""Reads about people: tokens, members of a project, and a person by name."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import may, visible_projects
from mlops.access.models import Membership, Project
from mlops.accounts.models import ApiToken
from mlops.formats.refusal import Refusal, nearest


def tokens_of(user: Any) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(user=user)


def members_of(project: Project) -> QuerySet[Membership]:
    return Membership.objects.filter(project=project).select_related("user").order_by("user__username")


def role_of(user: Any, project: Project) -> str:
    """`owner`, `contributor`, `reader`, or an empty text; administrators who are no members are owners in effect."""
    membership = Membership.objects.filter(project=project, user=user).first()
    if membership is not None:
        return membership.role
    return "owner" if may(user, "own", project) else ""


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

"""Who holds what in a project: people by their own roles and by those of their groups. Programs are no people."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from guardian.shortcuts import get_users_with_perms

from mlops.access.models import GroupRole, Membership, Project, ServiceAccount, actions_of_role


def people_who_may(project: Project, action: str) -> QuerySet[User]:
    """Active people with a role that has the action; administrators who hold none are not among them."""
    people = [
        user
        for user, *role in Membership.objects.filter(project=project).values_list("user", "role", "custom__actions")
        if action in actions_of_role(*role)
    ]
    groups = [
        group
        for group, *role in GroupRole.objects.filter(project=project).values_list("group", "role", "custom__actions")
        if action in actions_of_role(*role)
    ]
    programs = ServiceAccount.objects.filter(project=project).values("user")
    by_group = User.groups.through.objects.filter(group__in=groups).values("user")
    found = User.objects.filter(Q(pk__in=people) | Q(pk__in=by_group), is_active=True)
    return found.exclude(pk__in=programs).order_by("pk")


def people_who_see(project: Project, *, among: Collection[Any]) -> set[Any]:
    """Those of the given ids who see the project now, administrators as well; in one query, however many they are."""
    found: Any = get_users_with_perms(project, only_with_perms_in=["read_project"], with_superusers=True)
    return set(found.filter(pk__in=among, is_active=True).values_list("pk", flat=True))


def projects_held(user: Any) -> Q:
    """The projects in which the person holds a role, as a condition on a column `project`; no query of its own."""
    own = Membership.objects.filter(user=user).values("project")
    by_groups = GroupRole.objects.filter(group__user=user).values("project")
    return Q(project__in=own) | Q(project__in=by_groups)

"""Groups of people, kept by administrators, and the roles that groups hold in projects."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import require, require_administrator
from mlops.access.grants import hold, let_go
from mlops.access.models import GroupRole, Project, ServiceAccount
from mlops.accounts.roles import require_power, role_named
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, nearest


def groups() -> QuerySet[Group]:
    return Group.objects.prefetch_related("user_set").order_by("name")


def group_named(name: str) -> Group:
    """Raises Refusal `group_unknown` with the nearest name."""
    found = Group.objects.filter(name__iexact=name.strip()).first()
    if found is None:
        hint = nearest(name, Group.objects.values_list("name", flat=True)[:2000])
        raise Refusal(
            "group_unknown",
            _("There is no group “%(name)s” on this server.") % {"name": name.strip()},
            hint=hint or _("An administrator can make groups."),
            status=404,
        )
    return found


def create_group(actor: Any, *, name: str) -> Group:
    _administrators_only(actor)
    name = name.strip()
    if not name or len(name) > 150:
        raise Refusal("name_invalid", _("A group needs a name of at most 150 characters."))
    with transaction.atomic():
        if Group.objects.filter(name__iexact=name).exists():
            raise Refusal("name_taken", _("There is already a group “%(name)s”.") % {"name": name}, status=409)
        group = Group.objects.create(name=name)
        record(actor, "mlops.group.created", subject=f"groups/{name}", data={"name": name})
    return group


def delete_group(actor: Any, group: Group, *, reason: str = "") -> None:
    """What its people held by it alone is gone at once."""
    _administrators_only(actor)
    with transaction.atomic():
        projects = list(GroupRole.objects.filter(group=group).values_list("project__slug", flat=True))
        data = {"name": group.name, "projects": projects}
        people = sorted(group.user_set.values_list("username", flat=True))
        was = {**data, "people": people}
        subject = f"groups/{group.name}"
        record(actor, "mlops.group.deleted", subject=subject, data=data, reason=reason, before=was, after={})
        group.delete()


def add_person(actor: Any, group: Group, *, user: User, reason: str = "") -> None:
    _administrators_only(actor)
    if ServiceAccount.objects.filter(user=user).exists():
        raise Refusal(
            "no_person",
            _("“%(name)s” is a service account; groups are of people.") % {"name": user.get_username()},
            hint=_("Give the service account a role in its project."),
            status=409,
        )
    with transaction.atomic():
        user.groups.add(group)
        _record(actor, "mlops.group.person_added", group, user, reason)


def remove_person(actor: Any, group: Group, *, user: User, reason: str = "") -> None:
    _administrators_only(actor)
    with transaction.atomic():
        user.groups.remove(group)
        _record(actor, "mlops.group.person_removed", group, user, reason)


def roles_of_groups(project: Project) -> QuerySet[GroupRole]:
    return GroupRole.objects.filter(project=project).select_related("group", "custom").order_by("group__name")


def give_group_role(actor: Any, project: Project, *, group: Group, role: str, reason: str = "") -> GroupRole:
    require(actor, "people.manage", project)
    custom = role_named(role, project)
    require_power(actor, project, role=role, custom=custom, holder=group)
    with transaction.atomic():
        held = hold(project, group, role=role, custom=custom)
        data = {"group": group.name, "role": role}
        _of_project(actor, "mlops.project.group_role_given", project, data, reason)
    return held


def remove_group(actor: Any, project: Project, *, group: Group, reason: str = "") -> None:
    require(actor, "people.manage", project)
    require_power(actor, project, holder=group)
    with transaction.atomic():
        let_go(project, group)
        _of_project(actor, "mlops.project.group_removed", project, {"group": group.name}, reason)


def _of_project(actor: Any, verb: str, project: Project, data: dict[str, Any], reason: str) -> None:
    record(actor, verb, subject=f"projects/{project.slug}", project=project, data=data, reason=reason)


def _record(actor: Any, verb: str, group: Group, user: User, reason: str) -> None:
    data = {"user": user.get_username()}
    record(actor, verb, subject=f"groups/{group.name}", data=data, reason=reason)


def _administrators_only(actor: Any) -> None:
    hint = _("An owner of a project may give a group a role there.")
    require_administrator(actor, _("Only an administrator may change groups."), hint)

"""The guardian grants behind roles: whoever holds a role in a project has the deeds that its actions amount to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, overload

from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from guardian.utils import get_group_obj_perms_model, get_user_obj_perms_model

from mlops.access.catalogue import DEEDS, deeds_within
from mlops.access.models import CUSTOM, CustomRole, GroupRole, Membership, Project


@overload
def hold(project: Project, holder: Group, *, role: str, custom: CustomRole | None) -> GroupRole: ...
@overload
def hold(project: Project, holder: User, *, role: str, custom: CustomRole | None) -> Membership: ...
def hold(project: Project, holder: Any, *, role: str, custom: CustomRole | None) -> Any:
    """Gives a person or a group the role instead of the one held so far."""
    values = {"role": CUSTOM if custom else role, "custom": custom}
    held: Membership | GroupRole
    if isinstance(holder, Group):
        held, _made = GroupRole.objects.update_or_create(project=project, group=holder, defaults=values)
    else:
        held, _made = Membership.objects.update_or_create(project=project, user=holder, defaults=values)
    keep_in_step(project, holder, held.actions)
    return held


def held_by(project: Project, holder: Any) -> Membership | GroupRole | None:
    """What a person or a group holds in the project by itself."""
    if isinstance(holder, Group):
        return GroupRole.objects.filter(project=project, group=holder).select_related("custom").first()
    return Membership.objects.filter(project=project, user=holder).select_related("custom").first()


def let_go(project: Project, holder: Any) -> None:
    if isinstance(holder, Group):
        GroupRole.objects.filter(project=project, group=holder).delete()
    else:
        Membership.objects.filter(project=project, user=holder).delete()
    keep_in_step(project, holder, frozenset())


def keep_in_step(project: Project, holder: Any, actions: frozenset[str]) -> None:
    deeds = deeds_within(actions)
    grants: Any = get_group_obj_perms_model() if isinstance(holder, Group) else get_user_obj_perms_model()
    kind = ContentType.objects.get_for_model(Project)
    about = {grants.objects.user_or_group_field: holder, "content_type": kind, "object_pk": str(project.pk)}
    known = Permission.objects.filter(content_type=kind)
    grants.objects.filter(**about, permission__in=known.filter(codename__in=_names(set(DEEDS) - set(deeds)))).delete()
    wanted = known.filter(codename__in=_names(deeds))
    grants.objects.bulk_create([grants(permission=one, **about) for one in wanted], ignore_conflicts=True)


def _names(deeds: Iterable[str]) -> list[str]:
    return [f"{deed}_project" for deed in deeds]


def holders_of(role: CustomRole) -> list[tuple[Project, Any]]:
    people = Membership.objects.filter(custom=role).select_related("project", "user")
    groups = GroupRole.objects.filter(custom=role).select_related("project", "group")
    return [*((one.project, one.user) for one in people), *((one.project, one.group) for one in groups)]

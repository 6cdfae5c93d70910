"""The questions: may this person do this here, and what may this person see. No answer means no.

A deed (`read`, `contribute`, `own`) is one guardian grant; an action of the catalogue is implied by the deed above it,
or is in one of the roles that the person holds, alone or in a group. A token takes away from both."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from guardian.shortcuts import get_objects_for_user

from mlops.access.catalogue import ALL, BY_NAME, DEEDS, IMPLIED, SEE, Deed, actions_for
from mlops.access.limits import limits_of
from mlops.access.models import GroupRole, Membership, Project, actions_of_role
from mlops.formats.refusal import Refusal, nearest

Person = AbstractBaseUser | AnonymousUser
NEEDED: dict[Deed, str] = {"read": "reader", "contribute": "contributor", "own": "owner"}

__all__ = ["NEEDED", "Deed", "Person", "actions_in", "is_somebody", "may", "project_named", "projects_where"]
__all__ += ["require", "require_administrator", "seen_in", "visible_projects"]


def is_somebody(person: Any) -> bool:
    """Anonymous and inactive people are nobody."""
    return bool(getattr(person, "is_authenticated", False) and person.is_active)


def may(person: Any, deed: str, project: Project) -> bool:
    """Whether the person may do this deed or action in the project. Anonymous and inactive people may nothing."""
    if not is_somebody(person):
        return False
    limits = limits_of(person)
    if limits is not None and not limits.leave(deed, project.pk):
        return False
    if _is_almighty(person):
        return True
    if deed in IMPLIED:
        return bool(person.has_perm(f"access.{deed}_project", project))
    floor = _floor(deed)
    return deed in _held(person, project) or bool(person.has_perm(f"access.{floor}_project", project))


def require(person: Any, deed: str, project: Project) -> None:
    """Raises Refusal `not_found` where the person sees no such project, `forbidden` where the role is too low,
    `scope_too_narrow` where the token is."""
    if may(person, deed, project):
        return
    if not may(person, "read", project):
        raise Refusal("not_found", _("There is no such thing, or you may not see it."), status=404)
    limits = limits_of(person)
    if limits is not None and not limits.leave(deed, project.pk):
        raise Refusal(
            "scope_too_narrow",
            _("The token “%(token)s” is not for this.") % {"token": limits.token},
            hint=_("Use a token with the scope “%(scope)s”, or “all”.") % {"scope": deed if deed in BY_NAME else "all"},
            status=403,
        )
    raise Refusal(
        "forbidden", _too_low(deed, project), hint=_("Ask an owner of the project for that role."), status=403
    )


def require_administrator(person: Any, message: str, hint: str = "") -> None:
    """For acts of the whole server. Raises Refusal `forbidden` with the message; a token may take the rank away."""
    if not (getattr(person, "is_superuser", False) and person.is_active):
        if limits_of(person) is not None:
            hint = hint or _("A token administers where “server.administer” is among its scopes.")
        raise Refusal("forbidden", message, hint=hint, status=403)


def actions_in(person: Any, project: Project) -> frozenset[str]:
    """All that the person may do in the project."""
    if not is_somebody(person):
        return frozenset()
    found = ALL if _is_almighty(person) else _held(person, project)
    limits = limits_of(person)
    if limits is None or not found:
        return found
    return found & (limits.actions | {SEE}) if limits.project_id in (None, project.pk) else frozenset()


def visible_projects(person: Any) -> QuerySet[Project]:
    return projects_where(person, "read")


def seen_in(person: Any, path: str = "project") -> Q:
    """That a thing is of a project that the person may see, as a condition that every database plans well: none at all
    for those who see everything, else the projects by their ids. In one query. For `filter` alone: beside `|` or `~`
    “none at all” would be lost."""
    seen = visible_projects(person)
    if not seen.query.where:
        return Q()
    return Q(**{f"{path}__in": list(seen.order_by().values_list("pk", flat=True))})


def projects_where(person: Any, deed: str) -> QuerySet[Project]:
    """Those in which the person may do the deed or action: one query for a deed, three for an action."""
    if not is_somebody(person):
        return Project.objects.none()
    limits = limits_of(person)
    if limits is not None and not actions_for(deed) <= limits.actions | {SEE}:
        return Project.objects.none()
    if _is_almighty(person):
        found = Project.objects.all()
    else:
        floor = deed if deed in IMPLIED else _floor(deed)
        found = get_objects_for_user(person, f"access.{floor}_project", klass=Project, with_superuser=False)
        if deed not in IMPLIED:
            found = Project.objects.filter(pk__in=found) | Project.objects.filter(pk__in=_projects_held(person, deed))
    return found if limits is None or limits.project_id is None else found.filter(pk=limits.project_id)


def project_named(person: Any, slug: str) -> Project:
    """Raises Refusal `not_found` with the nearest name where there is none that the person may see."""
    known = visible_projects(person)
    found = known.filter(slug=slug).first()
    if found is None:
        hint = nearest(slug, known.values_list("slug", flat=True))
        message = _("There is no project “%s”, or you may not see it.") % slug
        raise Refusal("not_found", message, hint=hint, status=404)
    return found


def _is_almighty(person: Any) -> bool:
    limits = limits_of(person)
    return bool(person.is_superuser or (limits is not None and limits.by_administrator))


def _floor(action: str) -> Deed:
    """The lowest deed that implies the action; of an action that readers have, the one above reading, so that a custom
    role may leave it out."""
    if action not in BY_NAME:
        raise ValueError(f"“{action}” is neither a deed nor an action; see mlops/access/catalogue.py")
    return next(deed for deed in DEEDS if action in IMPLIED[deed])


def _held(person: Any, project: Project) -> frozenset[str]:
    """The union of the person's own role and those of the person's groups, in one query."""
    columns = ("role", "custom__actions")
    own = Membership.objects.filter(project=project, user=person).values_list(*columns)
    by_groups = GroupRole.objects.filter(project=project, group__user=person).values_list(*columns)
    return frozenset().union(*(actions_of_role(*row) for row in own.union(by_groups, all=True)))


def _projects_held(person: Any, action: str) -> list[Any]:
    columns = ("project", "role", "custom__actions")
    own = Membership.objects.filter(user=person).values_list(*columns)
    by_groups = GroupRole.objects.filter(group__user=person).values_list(*columns)
    rows = own.union(by_groups, all=True)
    return [project for project, role, actions in rows if action in actions_of_role(role, actions)]


def _too_low(deed: str, project: Project) -> str:
    if deed in IMPLIED:
        told = {"role": NEEDED[deed], "project": project.title}
        return _("You need the role %(role)s in the project “%(project)s” to do this.") % told
    action = BY_NAME[deed]
    role = "operator" if action.by_operator else NEEDED[action.floor]
    message = _("You need the role %(role)s, or another with “%(deed)s”, in the project “%(project)s” to do this.")
    return message % {"role": role, "deed": deed, "project": project.title}

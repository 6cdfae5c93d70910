"""The questions: may this person do this here, and what may this person see. No answer means no."""

from __future__ import annotations

from typing import Any, Literal

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from guardian.shortcuts import get_objects_for_user

from mlops.access.models import Project, Role
from mlops.formats.refusal import Refusal, nearest

Person = AbstractBaseUser | AnonymousUser
Deed = Literal["read", "contribute", "own"]

DEEDS_OF: dict[str, tuple[Deed, ...]] = {
    Role.OWNER: ("read", "contribute", "own"),
    Role.CONTRIBUTOR: ("read", "contribute"),
    Role.READER: ("read",),
}
NEEDED: dict[Deed, str] = {"read": "reader", "contribute": "contributor", "own": "owner"}


def may(person: Any, deed: Deed, project: Project) -> bool:
    """Whether the person holds the grant on the project. Anonymous and inactive people may nothing."""
    if not getattr(person, "is_authenticated", False) or not person.is_active:
        return False
    return bool(person.is_superuser or person.has_perm(f"access.{deed}_project", project))


def require(person: Any, deed: Deed, project: Project) -> None:
    """Raises Refusal `not_found` where the person sees no such project, `forbidden` where the role is too low."""
    if may(person, deed, project):
        return
    if not may(person, "read", project):
        raise Refusal("not_found", "There is no such thing, or you may not see it.", status=404)
    raise Refusal(
        "forbidden",
        f"You need the role {NEEDED[deed]} in the project “{project.name}” to do this.",
        hint="Ask an owner of the project for that role.",
        status=403,
    )


def visible_projects(person: Any) -> QuerySet[Project]:
    if not getattr(person, "is_authenticated", False) or not person.is_active:
        return Project.objects.none()
    if person.is_superuser:
        return Project.objects.all()
    return get_objects_for_user(person, "access.read_project", klass=Project, with_superuser=False)


def project_named(person: Any, slug: str) -> Project:
    """Raises Refusal `not_found` with the nearest name where there is none that the person may see."""
    known = visible_projects(person)
    found = known.filter(slug=slug).first()
    if found is None:
        hint = nearest(slug, known.values_list("slug", flat=True))
        message = _("There is no project “%s”, or you may not see it.") % slug
        raise Refusal("not_found", message, hint=hint, status=404)
    return found

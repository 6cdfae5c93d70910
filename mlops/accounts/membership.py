"""Projects and the roles of people in them: each act keeps the guardian grants in step with the membership."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm, remove_perm

from mlops.access.decisions import DEEDS_OF, require
from mlops.access.models import Membership, Project, Role
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, nearest


def create_project(actor: Any, *, name: str, slug: str = "", description: str = "") -> Project:
    """Anybody who is signed in may create a project, and is its first owner."""
    if not getattr(actor, "is_authenticated", False):
        raise Refusal("not_signed_in", _("Sign in to create a project."), status=401)
    name = name.strip()
    slug = slug or slugify(name)[:60]
    if not name or not slug:
        raise Refusal("name_missing", _("A project needs a name with at least one letter or digit."))
    with transaction.atomic():
        if Project.objects.filter(slug=slug).exists():
            raise Refusal(
                "name_taken",
                _("There is already a project “%(slug)s”.") % {"slug": slug},
                hint=_("Choose another name."),
            )
        project = Project.objects.create(name=name, slug=slug, description=description, created_by=actor)
        _grant(project, actor, Role.OWNER)
        record(actor, "mlops.project.created", subject=f"projects/{slug}", project=project, data={"name": name})
    return project


def give_role(actor: Any, project: Project, *, user: User, role: str, reason: str = "") -> Membership:
    """Adds the person to the project, or changes the role. The last owner keeps the role."""
    require(actor, "own", project)
    if role not in Role.values:
        raise Refusal("role_unknown", _("“%(role)s” is no role.") % {"role": role}, hint=nearest(role, Role.values))
    with transaction.atomic():
        if role != Role.OWNER:
            _keep_an_owner(project, user)
        membership = _grant(project, user, Role(role))
        record(
            actor,
            "mlops.project.role_given",
            subject=f"projects/{project.slug}",
            project=project,
            data={"user": user.get_username(), "role": role},
            reason=reason,
        )
    return membership


def remove_person(actor: Any, project: Project, *, user: User, reason: str = "") -> None:
    require(actor, "own", project)
    with transaction.atomic():
        _keep_an_owner(project, user)
        Membership.objects.filter(project=project, user=user).delete()
        _set_grants(project, user, ())
        record(
            actor,
            "mlops.project.person_removed",
            subject=f"projects/{project.slug}",
            project=project,
            data={"user": user.get_username()},
            reason=reason,
        )


def check_owner(actor: Any, project: Project) -> None:
    """For faces that look up a person by name before they act: who may not act learns nothing about names."""
    require(actor, "own", project)


def _grant(project: Project, user: User, role: Role) -> Membership:
    membership, _created = Membership.objects.update_or_create(project=project, user=user, defaults={"role": role})
    _set_grants(project, user, DEEDS_OF[role])
    return membership


def _set_grants(project: Project, user: User, deeds: tuple[str, ...]) -> None:
    for deed in ("read", "contribute", "own"):
        change = assign_perm if deed in deeds else remove_perm
        change(f"access.{deed}_project", user, project)


def _keep_an_owner(project: Project, leaving: User) -> None:
    owners = Membership.objects.filter(project=project, role=Role.OWNER)
    if owners.filter(user=leaving).exists() and owners.count() == 1:
        raise Refusal(
            "last_owner",
            _("%(user)s is the only owner of “%(project)s”.")
            % {"user": leaving.get_username(), "project": project.name},
            hint=_("Make somebody else an owner first."),
            status=409,
        )

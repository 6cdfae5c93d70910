"""Projects and the roles of people in them: each act keeps the guardian grants in step with the membership."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.grants import held_by, hold, let_go
from mlops.access.limits import require_unlimited
from mlops.access.models import Membership, Project, Role, ServiceAccount
from mlops.accounts.roles import require_power, role_named
from mlops.events.chain import record
from mlops.formats.refusal import Refusal


def create_project(actor: Any, *, name: str, slug: str = "", description: str = "") -> Project:
    """Anybody who is signed in may create a project, and is its first owner."""
    if not getattr(actor, "is_authenticated", False):
        raise Refusal("not_signed_in", _("Sign in to create a project."), status=401)
    require_unlimited(actor, "projects.create")
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
        hold(project, actor, role=Role.OWNER, custom=None)
        record(actor, "mlops.project.created", subject=f"projects/{slug}", project=project, data={"name": name})
    return project


def give_role(actor: Any, project: Project, *, user: User, role: str, reason: str = "") -> Membership:
    """Adds the person to the project, or changes the role. The last owner keeps the role."""
    require(actor, "people.manage", project)
    custom = role_named(role, project)
    require_power(actor, project, role=role, custom=custom, holder=user)
    _check_belongs(project, user)
    with transaction.atomic():
        if role != Role.OWNER:
            _keep_an_owner(project, user)
        was = _role_of(project, user)
        membership = hold(project, user, role=role, custom=custom)
        record(
            actor,
            "mlops.project.role_given",
            subject=f"projects/{project.slug}",
            project=project,
            data={"user": user.get_username(), "role": role},
            reason=reason,
            before={"role": was},
            after={"role": role},
        )
    return membership


def remove_person(actor: Any, project: Project, *, user: User, reason: str = "") -> None:
    require(actor, "people.manage", project)
    require_power(actor, project, holder=user)
    with transaction.atomic():
        _keep_an_owner(project, user)
        was = _role_of(project, user)
        let_go(project, user)
        record(
            actor,
            "mlops.project.person_removed",
            subject=f"projects/{project.slug}",
            project=project,
            data={"user": user.get_username()},
            reason=reason,
            before={"role": was},
            after={},
        )


def govern(project: Project, *, user: User, role: str) -> None:
    """What another server says of the person's role: given without an actor, or taken where `role` is empty. The last
    owner stays one. Raises Refusal `last_owner`."""
    with transaction.atomic():
        if role != Role.OWNER:
            _keep_an_owner(project, user)
        data = {"user": user.get_username()}
        if role:
            hold(project, user, role=Role(role), custom=None)
            deed, data = "role_given", data | {"role": role}
        else:
            let_go(project, user)
            deed = "person_removed"
        record(None, f"mlops.project.{deed}", subject=f"projects/{project.slug}", project=project, data=data)


def check_owner(actor: Any, project: Project) -> None:
    """For faces that look up a person by name before they act: who may not act learns nothing about names."""
    require(actor, "people.manage", project)


def _check_belongs(project: Project, user: User) -> None:
    """A service account works in its own project alone. Raises Refusal `account_elsewhere`."""
    account = ServiceAccount.objects.filter(user=user).first()
    if account is not None and account.project_id != project.pk:
        raise Refusal(
            "account_elsewhere",
            _("“%(name)s” is a service account of another project.") % {"name": user.get_username()},
            hint=_("Make one for this project."),
            status=409,
        )


def _role_of(project: Project, user: User) -> str:
    """Empty: none."""
    held = held_by(project, user)
    return held.role_name if held else ""


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

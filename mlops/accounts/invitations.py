"""Inviting people: by a link that is mailed or handed over, with a role in a project, for some days."""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require, require_administrator
from mlops.access.models import Project
from mlops.accounts import actions
from mlops.accounts.membership import give_role
from mlops.accounts.models import Invitation
from mlops.accounts.roles import require_power, role_named
from mlops.events.chain import record
from mlops.formats.refusal import Refusal

MOST_DAYS = 90


def invite(
    actor: Any, *, project: Project | None, email: str = "", role: str = "reader", days: int = 7
) -> tuple[Invitation, str]:
    """The invitation and the secret of its link, which is kept nowhere. Owners invite into their project, and
    administrators to the server. Raises Refusal `role_unknown`, `address_unusable`, `days_unusable`."""
    _require(actor, project)
    if project is not None:
        require_power(actor, project, role=role, custom=role_named(role, project))
    _check_days(days)
    email = _address(email)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        made = Invitation.objects.create(
            email=email,
            project=project,
            role=role if project else "",
            digest=actions.digest(secret),
            invited_by=actor,
            expires_at=timezone.now() + timedelta(days=days),
        )
        _tell(actor, made, "created", {"email": email, "role": made.role})
    return made, secret


def renew(actor: Any, invitation: Invitation, *, days: int = 7) -> str:
    """A new link in place of the old one, which works no more; for sending it again. Raises Refusal `not_open`."""
    _require(actor, invitation.project)
    _check_days(days)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        open_one = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
        until = timezone.now() + timedelta(days=days)
        if not open_one.update(digest=actions.digest(secret), expires_at=until, mailed_at=None):
            raise _not_open()
        _tell(
            actor, invitation, "renewed", {}, before={"expires_at": invitation.expires_at.isoformat()},
            after={"expires_at": until.isoformat()},
        )  # fmt: skip
    return secret


def revoke(actor: Any, invitation: Invitation) -> None:
    """Raises Refusal `not_open`."""
    _require(actor, invitation.project)
    with transaction.atomic():
        open_one = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
        if not open_one.update(revoked_at=timezone.now()):
            raise _not_open()
        _tell(actor, invitation, "revoked", {}, before={"state": "open"}, after={"state": "withdrawn"})


def invitation_of(secret: str) -> Invitation:
    """The one that still waits. Raises Refusal `invitation_invalid` (410)."""
    rows = Invitation.objects.select_related("project", "invited_by")
    found = rows.filter(waiting(), digest=actions.digest(secret)).first()
    if found is None:
        hint = _("Ask whoever invited you to send it again.")
        raise Refusal(
            "invitation_invalid", _("This invitation was used, taken back, or is too old."), hint=hint, status=410
        )
    return found


def accept(person: User, secret: str) -> Invitation:
    """The role is given in the name of who invited, if that person still may. Raises Refusal `invitation_invalid`."""
    with transaction.atomic():
        found = invitation_of(secret)
        if not settle(person, found):
            return accept(person, secret)
        if found.mailed_at and found.email:
            keep_address(person, found.email)
    return found


def settle(person: User, invitation: Invitation) -> bool:
    """Gives what the invitation promises, in the caller's transaction; whether it waited still."""
    now = timezone.now()
    if not Invitation.objects.filter(waiting(), pk=invitation.pk).update(accepted_at=now, accepted_by=person):
        return False
    if invitation.project is not None:
        give_role(invitation.invited_by, invitation.project, user=person, role=invitation.role)
    _tell(person, invitation, "accepted", {"user": person.get_username()})
    return True


def join(secret: str, *, name: str, password: str) -> User:
    """A new account for who was invited. Raises Refusal `invitation_invalid`, `name_taken`, `password_weak`."""
    with transaction.atomic():
        found = invitation_of(secret)
        actions.check_strength(password, User(username=name, email=found.email))
        person = actions.make_person(name=name, invited_by=found.invited_by)
        person.set_password(password)
        person.save(update_fields=["password"])
        accept(person, secret)
    return person


def keep_address(person: User, email: str) -> None:
    """An address that a person, or somebody who vouches for it, has shown to be theirs."""
    if EmailAddress.objects.filter(email__iexact=email, verified=True).exclude(user=person).exists():
        return
    User.objects.filter(pk=person.pk).update(email=email)
    facts = {"verified": True, "primary": True}
    EmailAddress.objects.filter(user=person).update(primary=False)
    EmailAddress.objects.update_or_create(user=person, email=email.lower(), defaults=facts)


def waiting() -> Q:
    return Q(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now(), invited_by__is_active=True)


def invitations_of(actor: Any, project: Project | None) -> QuerySet[Invitation]:
    _require(actor, project)
    return Invitation.objects.filter(project=project).select_related("invited_by", "accepted_by")


def one_of(actor: Any, project: Project | None, invitation_id: str) -> Invitation:
    """Raises Refusal `not_found`."""
    try:
        found = invitations_of(actor, project).filter(pk=uuid.UUID(invitation_id)).first()
    except ValueError:
        found = None
    if found is None:
        raise Refusal("not_found", _("There is no such invitation, or you may not see it."), status=404)
    return found


def any_of(actor: Any, invitation_id: uuid.UUID) -> Invitation:
    """Of whichever project, or of the server. Raises Refusal `not_found`, also where the actor may not see it."""
    rows = Invitation.objects.select_related("project", "invited_by", "accepted_by")
    found = rows.filter(pk=invitation_id).first()
    try:
        if found is not None:
            _require(actor, found.project)
            return found
    except Refusal as refusal:
        if refusal.code == "scope_too_narrow":
            raise
    raise Refusal("not_found", _("There is no such invitation, or you may not see it."), status=404)


def _require(actor: Any, project: Project | None) -> None:
    if project is not None:
        require(actor, "people.manage", project)
    else:
        require_administrator(actor, _("Only an administrator may invite people to the server."))


def _check_days(days: int) -> None:
    if not 1 <= days <= MOST_DAYS:
        raise Refusal("days_unusable", _("An invitation is good for 1 to %(most)d days.") % {"most": MOST_DAYS})


def _address(email: str) -> str:
    email = email.strip()
    try:
        if email:
            validate_email(email)
    except ValidationError:
        raise Refusal("address_unusable", _("“%(email)s” is no e-mail address.") % {"email": email[:200]}) from None
    return email


def _not_open() -> Refusal:
    return Refusal("not_open", _("This invitation was accepted or taken back already."), status=409)


def _tell(actor: Any, one: Invitation, deed: str, data: dict[str, Any], **changed: Any) -> None:
    subject = f"invitations/{one.pk}"
    record(actor, f"mlops.invitation.{deed}", subject=subject, project=one.project, data=data, **changed)

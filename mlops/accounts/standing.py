"""What an administrator says of an account: whether it is active, and whether it is an administrator's."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from mlops.access.decisions import require_administrator
from mlops.access.models import Membership, ServiceAccount
from mlops.accounts import actions, leaving
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, nearest


def people() -> Any:
    """All of this server, also those whose account is deactivated; programs are none."""
    programs = ServiceAccount.objects.values("user")
    return User.objects.exclude(pk__in=programs).order_by("username")


def anybody_named(name: str) -> User:
    """Also somebody whose account is deactivated. Raises Refusal `person_unknown` with the nearest name."""
    found: User | None = people().filter(username__iexact=name.strip()).first()
    if found is None:
        hint = nearest(name.strip(), people().values_list("username", flat=True)[:2000])
        message = _("There is no person “%(name)s” on this server.") % {"name": name.strip()}
        raise Refusal("person_unknown", message, hint=hint, status=404)
    return found


def change_rank(actor: Any, person: User, *, administrator: bool, reason: str = "") -> User:
    """Raises Refusal `forbidden`, `last_administrator`, `no_person`."""
    require_administrator(actor, _("Only an administrator may change who is one."))
    with transaction.atomic():
        person = _locked(person)
        if person.is_superuser == administrator:
            return person
        if not administrator:
            _require_another(person)
        before = {"administrator": person.is_superuser}
        person.is_superuser = person.is_staff = administrator
        person.save(update_fields=["is_superuser", "is_staff"])
        after = {"administrator": administrator}
        _tell(actor, person, "rank_changed", data=after, before=before, after=after, reason=reason)
    return person


def deactivate(actor: Any, person: User, *, reason: str = "") -> list[leaving.Held]:
    """What became of what hung on the account. Everything else that the person made stays.

    Raises Refusal `forbidden`, `not_oneself`, `last_administrator`, `not_active`."""
    require_administrator(actor, _("Only an administrator may deactivate an account."))
    with transaction.atomic():
        person = _locked(person)
        if actor.pk == person.pk:
            hint = _("Another administrator can do it.")
            raise Refusal("not_oneself", _("You cannot deactivate your own account."), hint=hint, status=409)
        if not person.is_active:
            raise Refusal("not_active", _("This account is deactivated already."), status=409)
        if person.is_superuser:
            _require_another(person)
        held = leaving.held_by(person)
        leaving.settle(actor, person, reason)
        person.is_active = False
        person.save(update_fields=["is_active"])
        for held_role in Membership.objects.filter(user=person).select_related("project"):
            project, told = held_role.project, {"user": person.get_username()}
            subject = f"projects/{project.slug}"
            record(actor, "mlops.project.person_left", subject=subject, project=project, data=told, reason=reason)
        data = {one.kind: len(one.names) for one in held}
        _tell(
            actor, person, "deactivated", data={"held": data}, before={"active": True}, after={"active": False},
            reason=reason,
        )  # fmt: skip
    return held


def activate(actor: Any, person: User, *, reason: str = "") -> User:
    """Roles work again; tokens, sessions and schedules do not come back by themselves. Raises Refusal `is_active`."""
    require_administrator(actor, _("Only an administrator may activate an account."))
    with transaction.atomic():
        person = _locked(person)
        if person.is_active:
            raise Refusal("is_active", _("This account is active."), status=409)
        person.is_active = True
        person.save(update_fields=["is_active"])
        _tell(actor, person, "activated", data={}, before={"active": False}, after={"active": True}, reason=reason)
    return person


def hand_link(actor: Any, person: User) -> str:
    """The secret of a one-time sign-in link. Raises Refusal `forbidden`, `not_active`, `no_person`."""
    require_administrator(actor, _("Only an administrator may make sign-in links for others."))
    if not person.is_active:
        hint = _("Activate it first.")
        raise Refusal("not_active", _("This account is deactivated."), hint=hint, status=409)
    with transaction.atomic():
        token = actions.make_sign_in_link(person)
        _tell(actor, person, "link_made")
    return token


def _locked(person: User) -> User:
    """Read anew, so that two administrators who act at once cannot leave none. Raises Refusal `no_person`."""
    if ServiceAccount.objects.filter(user=person).exists():
        message = _("“%(name)s” is a service account.") % {"name": person.get_username()}
        raise Refusal("no_person", message, hint=_("It is changed on the page of its project."), status=409)
    list(User.objects.select_for_update(no_key=True).filter(is_superuser=True).order_by("pk").values_list("pk"))
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def _require_another(person: User) -> None:
    if not User.objects.filter(is_superuser=True, is_active=True).exclude(pk=person.pk).exists():
        hint = _("Make somebody else an administrator first.")
        raise Refusal("last_administrator", _("This is the only administrator of the server."), hint=hint, status=409)


def _tell(actor: Any, person: User, deed: str, **more: Any) -> None:
    record(actor, f"mlops.account.{deed}", subject=f"people/{person.get_username()}", **more)

"""Which person here somebody is who was vouched for elsewhere: the same as last time; the owner of an address that both
sides have verified; a new person, where that is allowed. Never one who only bears the same name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.accounts import actions, invitations
from mlops.accounts.models import Invitation
from mlops.events.chain import record
from mlops.formats.refusal import Refusal

ODD = re.compile(r"[^\w.@+-]+")


@dataclass(frozen=True)
class Claims:
    """What is told of somebody. `uid` never changes there; a name and an address may."""

    provider: str
    uid: str
    name: str = ""
    email: str = ""
    email_verified: bool = False
    groups: tuple[str, ...] = field(default=())


def find_or_make(claims: Claims) -> User:
    """Raises Refusal `account_closed`, `not_invited`, `domain_not_allowed` (403)."""
    with transaction.atomic():
        known = SocialAccount.objects.filter(provider=claims.provider, uid=claims.uid).select_related("user").first()
        if known is not None:
            if not known.user.is_active:
                raise Refusal("account_closed", _("Your account on this server is closed."), status=403)
            SocialAccount.objects.filter(pk=known.pk).update(last_login=timezone.now())
            person: User = known.user
            return person
        person = _by_address(claims) or _invited(claims) or _made(claims)
        connect(person, claims)
    return person


def connect(person: User, claims: Claims) -> None:
    """Raises Refusal `connected_elsewhere` (409)."""
    if SocialAccount.objects.filter(provider=claims.provider, uid=claims.uid).exclude(user=person).exists():
        message = _("That account belongs to another person of this server already.")
        raise Refusal(
            "connected_elsewhere", message, hint=_("Sign in as that person, or ask an administrator."), status=409
        )
    SocialAccount.objects.update_or_create(provider=claims.provider, uid=claims.uid, defaults={"user": person})
    record(person, "mlops.account.connected", subject=_subject(person), data={"provider": claims.provider})


def _by_address(claims: Claims) -> User | None:
    if not (claims.email and claims.email_verified):
        return None
    row = EmailAddress.objects.filter(email__iexact=claims.email, verified=True, user__is_active=True).first()
    return row.user if row else None


def _invited(claims: Claims) -> User | None:
    """Whoever has an invitation to that address accepts it by this."""
    if not (claims.email and claims.email_verified):
        return None
    waiting = Invitation.objects.filter(invitations.waiting(), email__iexact=claims.email)
    rows = list(waiting.select_related("project", "invited_by"))
    if not rows:
        return None
    person = _new_person(claims, invited_by=rows[0].invited_by)
    for row in rows:
        invitations.settle(person, row)
    return person


def _made(claims: Claims) -> User:
    if settings.OUTSIDE_PEOPLE != "created":
        hint = _("Ask an owner of a project, or an administrator, for an invitation to your address.")
        raise Refusal("not_invited", _("Nobody has invited you to this server yet."), hint=hint, status=403)
    domains = settings.OUTSIDE_DOMAINS
    if domains and not (claims.email_verified and claims.email.rpartition("@")[2].lower() in domains):
        message = _("Only people with a verified address at %(domains)s may sign in here.")
        raise Refusal("domain_not_allowed", message % {"domains": ", ".join(domains)}, status=403)
    return _new_person(claims, invited_by=None)


def _new_person(claims: Claims, *, invited_by: Any) -> User:
    wanted = ODD.sub("-", claims.name or claims.email.partition("@")[0]).strip("-")[:140] or "person"
    name, number = wanted, 2
    while User.objects.filter(username__iexact=name).exists():
        name, number = f"{wanted}-{number}", number + 1
    person = actions.make_person(name=name, invited_by=invited_by)
    if claims.email and claims.email_verified:
        invitations.keep_address(person, claims.email)
    return person


def _subject(person: User) -> str:
    return f"people/{person.get_username()}"

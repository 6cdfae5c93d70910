"""Who has a second factor, and who needs one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone

from mlops.access.models import Membership, Role
from mlops.accounts.factors import requiring

PASSKEY = Authenticator.Type.WEBAUTHN
FACTORS = (Authenticator.Type.TOTP, PASSKEY)
"""Recovery codes stand in for them, and are none by themselves."""


def has_factor(person: Any) -> bool:
    return bool(Authenticator.objects.filter(user=person, type__in=FACTORS).exists())


def has_app(person: Any) -> bool:
    return bool(Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists())


def with_factor() -> set[int]:
    """The numbers of all people who have one."""
    return set(Authenticator.objects.filter(type__in=FACTORS).values_list("user", flat=True))


def is_required(person: Any) -> bool:
    """Whether it will be, at the latest when the days of grace are over."""
    return is_meant(requiring.rule().whom, person)


def due_at(person: Any) -> datetime | None:
    """From when on the person may do nothing else without one; None: never, or there is one."""
    rule = requiring.rule()
    if not is_meant(rule.whom, person) or has_factor(person):
        return None
    return rule.due_for(person)


def is_due(person: Any) -> bool:
    due = due_at(person)
    return due is not None and due <= timezone.now()


def is_meant(whom: str, person: Any) -> bool:
    return User.objects.filter(meant(whom), pk=person.pk).exists()


def meant(whom: str) -> Q:
    """`owners` are owners of any project, and administrators too; `optional` means nobody, without a query."""
    if whom == "everybody":
        return Q()
    if whom not in ("administrators", "owners"):
        return Q(pk__in=())
    owners = Membership.objects.filter(role=Role.OWNER).values("user")
    return Q(is_superuser=True) | Q(pk__in=owners) if whom == "owners" else Q(is_superuser=True)

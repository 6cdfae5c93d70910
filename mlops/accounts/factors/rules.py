"""Who needs a second factor, by MLOPS_SECOND_FACTOR."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings

from mlops.access.models import Membership, Role

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
    """`owners` are owners of any project, and administrators too."""
    rule = settings.SECOND_FACTOR
    if rule == "everybody" or (rule in ("administrators", "owners") and person.is_superuser):
        return True
    return rule == "owners" and Membership.objects.filter(user=person, role=Role.OWNER).exists()

"""Signing in by name and password, with at most five wrong attempts a minute for one name from one address, and sixty
for all names together."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.accounts.models import FailedSignIn
from mlops.events.chain import record
from mlops.formats.refusal import Refusal

ATTEMPTS, ATTEMPTS_OF_ADDRESS = 5, 60
"""The second is for guessing one password of many people; many people may share an address."""
WINDOW = timedelta(minutes=1)
KEPT = timedelta(hours=1)


def check_password(request: HttpRequest, *, name: str, password: str) -> User:
    """Raises Refusal `too_many_attempts` (429) or `sign_in_wrong` (401), which tells neither part apart."""
    key, of_address = _key(request, name), _key(request, "")
    _keep_the_pace(key, ATTEMPTS)
    _keep_the_pace(of_address, ATTEMPTS_OF_ADDRESS)
    user = authenticate(request, username=name, password=password)
    if not isinstance(user, User):
        _count(key, of_address)
        raise Refusal("sign_in_wrong", _("The name or the password is wrong."), status=401)
    FailedSignIn.objects.filter(key=key).delete()
    return user


def note_sign_in(user: User) -> None:
    record(user, "mlops.account.signed_in", subject=f"people/{user.get_username()}", data={"by": "password"})


def _keep_the_pace(key: str, most: int) -> None:
    now = timezone.now()
    recent = FailedSignIn.objects.filter(key=key, at__gt=now - WINDOW).order_by("-at")
    times = list(recent.values_list("at", flat=True)[:most])
    if len(times) < most:
        return
    seconds = max(1, round((times[-1] + WINDOW - now).total_seconds()))
    refusal = Refusal(
        "too_many_attempts",
        _("Too many wrong attempts for this name.") if most == ATTEMPTS else _("Too many wrong attempts from here."),
        hint=_("Try again in %(seconds)d seconds.") % {"seconds": seconds},
        status=429,
    )
    refusal.retry_after = seconds  # type: ignore[attr-defined]
    raise refusal


def _count(*keys: str) -> None:
    now = timezone.now()
    FailedSignIn.objects.filter(at__lt=now - KEPT).delete()
    FailedSignIn.objects.bulk_create([FailedSignIn(key=key, at=now) for key in keys])


def _key(request: HttpRequest, name: str) -> str:
    address = request.META.get("REMOTE_ADDR", "")
    return hashlib.sha256(f"{name.strip().lower()}\n{address}".encode()).hexdigest()

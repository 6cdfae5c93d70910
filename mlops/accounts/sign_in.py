"""Signing in by name and password, with at most five wrong attempts a minute for one name from one address."""

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

ATTEMPTS = 5
WINDOW = timedelta(minutes=1)
KEPT = timedelta(hours=1)


def check_password(request: HttpRequest, *, name: str, password: str) -> User:
    """Raises Refusal `too_many_attempts` (429) or `sign_in_wrong` (401), which tells neither part apart."""
    key = _key(request, name)
    _keep_the_pace(key)
    user = authenticate(request, username=name, password=password)
    if not isinstance(user, User):
        _count(key)
        raise Refusal("sign_in_wrong", _("The name or the password is wrong."), status=401)
    FailedSignIn.objects.filter(key=key).delete()
    return user


def note_sign_in(user: User) -> None:
    record(user, "mlops.account.signed_in", subject=f"people/{user.get_username()}", data={"by": "password"})


def _keep_the_pace(key: str) -> None:
    now = timezone.now()
    recent = FailedSignIn.objects.filter(key=key, at__gt=now - WINDOW).order_by("-at")
    times = list(recent.values_list("at", flat=True)[:ATTEMPTS])
    if len(times) < ATTEMPTS:
        return
    seconds = max(1, round((times[-1] + WINDOW - now).total_seconds()))
    refusal = Refusal(
        "too_many_attempts",
        _("Too many wrong attempts for this name."),
        hint=_("Try again in %(seconds)d seconds.") % {"seconds": seconds},
        status=429,
    )
    refusal.retry_after = seconds  # type: ignore[attr-defined]
    raise refusal


def _count(key: str) -> None:
    now = timezone.now()
    FailedSignIn.objects.filter(at__lt=now - KEPT).delete()
    FailedSignIn.objects.create(key=key, at=now)


def _key(request: HttpRequest, name: str) -> str:
    address = request.META.get("REMOTE_ADDR", "")
    return hashlib.sha256(f"{name.strip().lower()}\n{address}".encode()).hexdigest()

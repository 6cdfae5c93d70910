"""Signing in by name and password; `lockout` says how often one may be wrong."""

from __future__ import annotations

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _

from mlops.accounts import lockout
from mlops.events.chain import record
from mlops.formats.refusal import Refusal


def check_password(request: HttpRequest, *, name: str, password: str) -> User:
    """Raises Refusal `too_many_attempts` (429) or `sign_in_wrong` (401), which tells neither part apart.

    axes' signals count what fails."""
    address = lockout.address_of(request)
    lockout.require_allowed(name, address)
    user = authenticate(getattr(request, "_request", request), username=name, password=password)
    if not isinstance(user, User):
        raise Refusal("sign_in_wrong", _("The name or the password is wrong."), status=401)
    lockout.forget(name, address)
    return user


def note_sign_in(user: User) -> None:
    record(user, "mlops.account.signed_in", subject=f"people/{user.get_username()}", data={"by": "password"})

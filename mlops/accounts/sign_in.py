"""Signing in by name and password; `lockout` says how often one may be wrong."""

from __future__ import annotations

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _

from mlops.accounts import lockout
from mlops.accounts.factors import rules
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


def check_program(request: HttpRequest, *, name: str, password: str) -> User:
    """For programs, which send a name and a password with each request: people with a second factor use tokens.

    Raises Refusal `token_needed` (403) besides, once the password was right."""
    person = check_password(request, name=name, password=password)
    if rules.has_factor(person) or rules.is_due(person):
        message = _("You sign in with a second factor, so a password alone is not enough here.")
        hint = _("Create a token on your page “Tokens and password” and send it as “Authorization: Bearer …”.")
        raise Refusal("token_needed", message, hint=hint, status=403)
    return person

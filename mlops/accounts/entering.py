"""The one door behind all ways of signing in: the second factor is asked for here, and the session begins here."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from mlops.access import language
from mlops.accounts import lockout
from mlops.accounts.factors import actions, passkeys, rules
from mlops.accounts.models import SignedIn
from mlops.events.chain import record
from mlops.formats.refusal import Refusal

BACKEND = "django.contrib.auth.backends.ModelBackend"
WAITING = "waiting-for-factor"
DUE = "factor-due"
WAIT_SECONDS = 600
OUTSIDE = ("oidc", "saml")
"""Providers that ask for a second factor themselves."""
PASSKEY = "passkey"
"""Is both: what one has, and a finger, a face or a PIN."""


def enter(request: HttpRequest, person: User, *, by: str, target: str) -> HttpResponse:
    """Signs in and leads to `target`, or to the page that asks for the second factor. `by`: as the event says it."""
    if by not in (*OUTSIDE, PASSKEY) and rules.has_factor(person):
        request.session.cycle_key()
        request.session[WAITING] = {
            "person": person.pk,
            "by": by,
            "target": target,
            "until": time.time() + WAIT_SECONDS,
        }
        return redirect("accounts:second-factor")
    return _begin(request, person, by=by, target=target, factor=PASSKEY if by == PASSKEY else "")


def wanted_page(request: HttpRequest) -> str:
    """Where to go afterwards: only ever a page of this server."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    if is_ours and wanted.startswith("/"):
        return wanted
    return str(settings.LOGIN_REDIRECT_URL)


def waiting_person(request: HttpRequest) -> User:
    """Who gave the first factor a moment ago. Raises Refusal `sign_in_first` (401)."""
    waiting: dict[str, Any] = request.session.get(WAITING) or {}
    person = User.objects.filter(pk=waiting.get("person", 0), is_active=True).first()
    if person is None or waiting["until"] < time.time():
        request.session.pop(WAITING, None)
        raise Refusal("sign_in_first", _("Sign in with your name first."), status=401)
    return person


def enter_with_code(request: HttpRequest, code: str) -> HttpResponse:
    """Raises Refusal `code_wrong`, `too_many_attempts`, `sign_in_first`. Wrong codes count as wrong passwords do."""
    person, address = waiting_person(request), lockout.address_of(request)
    lockout.require_allowed(person.get_username(), address)
    factor = actions.check(person, code)
    if not factor:
        lockout.count(person.get_username(), address)
        hint = _("Each code works once. Wait for the next one, or use a recovery code.")
        raise Refusal("code_wrong", _("That code is wrong, or was used already."), hint=hint, status=422)
    waiting: dict[str, Any] = request.session.pop(WAITING)
    return _begin(request, person, by=waiting["by"], target=waiting["target"], factor=factor)


def enter_with_passkey(request: HttpRequest, answer: str) -> HttpResponse:
    """As second factor. Raises Refusal `passkey_wrong`, `too_many_attempts`, `sign_in_first`."""
    person, address = waiting_person(request), lockout.address_of(request)
    lockout.require_allowed(person.get_username(), address)
    try:
        passkeys.prove(request, person, answer)
    except Refusal:
        lockout.count(person.get_username(), address)
        raise
    waiting: dict[str, Any] = request.session.pop(WAITING)
    return _begin(request, person, by=waiting["by"], target=waiting["target"], factor=PASSKEY)


def note_due(request: HttpRequest, person: User) -> None:
    """When the session must have a second factor, as seconds since 1970. `Presence` holds it to that."""
    due = rules.due_at(person)
    if due is not None:
        request.session[DUE] = due.timestamp()
    else:
        request.session.pop(DUE, None)


def _begin(request: HttpRequest, person: User, *, by: str, target: str, factor: str) -> HttpResponse:
    if request.user.is_authenticated:  # whom Django would leave the key of before
        logout(request)
    login(request, person, backend=BACKEND)
    if by not in OUTSIDE and not factor:
        note_due(request, person)
    language.remember(request, person)
    SignedIn.objects.filter(session_key=request.session.session_key).update(by=by)
    data = {"by": by} | ({"factor": factor} if factor else {})
    record(person, "mlops.account.signed_in", subject=f"people/{person.get_username()}", data=data)
    return HttpResponseRedirect(target or str(settings.LOGIN_REDIRECT_URL))

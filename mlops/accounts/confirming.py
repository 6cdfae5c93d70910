"""Before a dangerous act a person shows again who they are, where the last time is long ago (MLOPS_CONFIRM_MINUTES)."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from mlops.access.problems import say_when
from mlops.accounts import lockout, sign_in
from mlops.accounts.factors import actions, passkeys, rules
from mlops.accounts.sessions import CONFIRMED
from mlops.formats.refusal import Refusal

ANSWER = "confirm-answer"
PASSKEY = "confirm-passkey"
HIDDEN = ("csrfmiddlewaretoken", ANSWER, PASSKEY)
View = Callable[..., HttpResponse]


def is_recent(request: HttpRequest) -> bool:
    """Requests without a session (tokens, Basic) showed it with the request itself."""
    seconds = settings.CONFIRM_MINUTES * 60
    return not seconds or time.time() - request.session.get(CONFIRMED, 0) < seconds


def require_recent(request: Any) -> None:
    """For REST. Raises Refusal `confirm_first` (403)."""
    if "Authorization" in request.headers or is_recent(request):
        return
    hint = _("Open your page “Sign-in” and confirm there, or use a token.")
    raise Refusal("confirm_first", _("You signed in a while ago: confirm that it is you."), hint=hint, status=403)


def confirmed(view: View) -> View:
    """For pages: a form is kept, asked about, and goes on when the answer is right. Nothing that was typed is lost."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" or not request.user.is_authenticated or is_recent(request):
            return view(request, *args, **kwargs)
        if ANSWER in request.POST or PASSKEY in request.POST:
            try:
                _confirm(request, request.POST.get(ANSWER, ""))
            except Refusal as refusal:
                return _ask(request, refusal)
            return view(request, *args, **kwargs)
        return _ask(request, None)

    return guarded


def _confirm(request: HttpRequest, answer: str) -> None:
    """By the password, a code of the second factor, or a passkey. Wrong ones count as at the sign-in page."""
    person, address = request.user, lockout.address_of(request)
    assert isinstance(person, User)
    lockout.require_allowed(person.get_username(), address)
    if request.POST.get(PASSKEY):
        passkeys.prove(request, person, request.POST[PASSKEY])
    elif not actions.check(person, answer):
        sign_in.check_password(request, name=person.get_username(), password=answer)
    request.session[CONFIRMED] = time.time()


def _ask(request: HttpRequest, problem: Refusal | None) -> HttpResponse:
    kept = [(name, value) for name, values in request.POST.lists() if name not in HIDDEN for value in values]
    person: Any = request.user
    has_app = rules.has_app(person)
    context = {
        "kept": kept,
        "problem": problem,
        "can_answer": person.has_usable_password() or rules.has_factor(person),
        "has_factor": has_app,
        "passkey": passkeys.begin_proving(request, person) if passkeys.passkeys_of(person) else "",
    }
    status = 200 if problem is None else (400 if problem.status == 401 else problem.status)
    response = render(request, "accounts/confirm.html", context, status=status)
    if problem is not None:
        say_when(response, problem)
    return response

"""The personal page about signing in: second factor, sessions, and accounts elsewhere."""

from __future__ import annotations

import base64
import io
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mlops.accounts import offered, sessions
from mlops.accounts.confirming import confirmed
from mlops.accounts.entering import DUE
from mlops.accounts.factors import actions, passkeys, rules
from mlops.formats.refusal import Refusal

SECRET = "factor-secret"


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@confirmed
def sign_in_settings_page(request: HttpRequest) -> HttpResponse:
    """POST: `act` = begin-app, finish-app, begin-passkey, finish-passkey, remove-passkey, renew-codes, remove-factor,
    end-session or end-others."""
    if request.method == "GET":
        return _page(request)
    acts = {
        "begin-app": _begin_app, "finish-app": _finish_app, "renew-codes": _renew_codes,
        "begin-passkey": _begin_passkey, "finish-passkey": _finish_passkey, "remove-passkey": _remove_passkey,
        "remove-factor": _remove, "end-session": _end_one, "end-others": _end_others,
    }  # fmt: skip
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    try:
        return act(request)
    except Refusal as refusal:
        return _page(request, problem=refusal)


def _begin_app(request: HttpRequest) -> HttpResponse:
    request.session[SECRET] = actions.new_secret()
    return _page(request)


def _finish_app(request: HttpRequest) -> HttpResponse:
    person: Any = request.user
    secret = request.session.get(SECRET, "")
    if not secret:
        raise Refusal("secret_missing", _("Begin again: this set-up was not begun here."), status=409)
    codes = actions.set_up_app(person, secret=secret, code=request.POST.get("code", ""))
    request.session.pop(SECRET, None)
    request.session.pop(DUE, None)
    return _page(request, codes=codes)


def _begin_passkey(request: HttpRequest) -> HttpResponse:
    person: Any = request.user
    return _page(request, passkey=passkeys.begin_adding(request, person))


def _finish_passkey(request: HttpRequest) -> HttpResponse:
    person: Any = request.user
    name, answer = request.POST.get("name", ""), request.POST.get("passkey", "")
    codes = passkeys.finish_adding(request, person, name=name, answer=answer)
    request.session.pop(DUE, None)
    messages.success(request, _("The passkey is registered."))
    return _page(request, codes=codes) if codes else redirect("accounts:sign-in-settings")


def _remove_passkey(request: HttpRequest) -> HttpResponse:
    person: Any = request.user
    passkeys.remove(person, number=request.POST.get("number", ""))
    messages.success(request, _("The passkey is removed. Delete it on your device too."))
    return redirect("accounts:sign-in-settings")


def _renew_codes(request: HttpRequest) -> HttpResponse:
    person: Any = request.user
    if not rules.has_factor(person):
        raise Refusal("factor_missing", _("Set up a passkey or an authenticator app first."), status=409)
    return _page(request, codes=actions.renew_codes(person))


def _remove(request: HttpRequest) -> HttpResponse:
    person: Any = request.user
    actions.remove(person, person=person)
    messages.success(request, _("You sign in without a second factor from now on."))
    return redirect("accounts:sign-in-settings")


def _end_one(request: HttpRequest) -> HttpResponse:
    from django.core.exceptions import ValidationError

    try:
        sessions.end(request.user, session_id=request.POST.get("session", ""))
    except ValidationError:
        raise Refusal("not_found", _("There is no such session, or it is not yours."), status=404) from None
    messages.success(request, _("That browser is signed out."))
    return redirect("accounts:sign-in-settings")


def _end_others(request: HttpRequest) -> HttpResponse:
    person: Any = request.user
    ended = sessions.end_others(person, person=person, but=request.session.session_key)
    messages.success(request, _("%d other sessions are ended.") % ended)
    return redirect("accounts:sign-in-settings")


def _page(request: HttpRequest, **more: Any) -> HttpResponse:
    person: Any = request.user
    problem: Refusal | None = more.get("problem")
    secret = request.session.get(SECRET, "")
    has_factor, has_app = rules.has_factor(person), rules.has_app(person)
    context = offered.ways() | {
        "has_app": has_app,
        "passkeys": passkeys.passkeys_of(person),
        "has_factor": has_factor,
        "is_required": rules.is_required(person),
        "codes_left": actions.codes_left(person) if has_factor else 0,
        "secret": "" if has_app else secret,
        "picture": _picture(actions.address_of(person, secret)) if secret and not has_app else "",
        "sessions": sessions.sessions_of(person),
        "this": request.session.session_key,
        "accounts": SocialAccount.objects.filter(user=person),
        **more,
    }
    return render(request, "accounts/sign_in_settings.html", context, status=problem.status if problem else 200)


def _picture(text: str) -> str:
    """A QR code as an address of its own (data:)."""
    import qrcode
    from qrcode.image.svg import SvgPathFillImage

    drawn = io.BytesIO()
    qrcode.make(text, image_factory=SvgPathFillImage, border=2).save(drawn)
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn.getvalue()).decode()}"

"""The pages behind the sign-in page: the second factor, a forgotten password, and OpenID Connect."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from mlops.access import mail
from mlops.access.problems import say_when
from mlops.accounts import entering, lockout, pace, resetting
from mlops.accounts.factors import passkeys, rules
from mlops.formats.refusal import Refusal


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def second_factor_page(request: HttpRequest) -> HttpResponse:
    try:
        person = entering.waiting_person(request)
        if request.method == "POST":
            if answer := request.POST.get("passkey"):
                return entering.enter_with_passkey(request, answer)
            return entering.enter_with_code(request, request.POST.get("code", ""))
    except Refusal as refusal:
        if refusal.code == "sign_in_first":
            return redirect("accounts:sign-in")
        return _second_factor(request, person, problem=refusal)
    return _second_factor(request, person)


def _second_factor(request: HttpRequest, person: User, problem: Refusal | None = None) -> HttpResponse:
    context: dict[str, Any] = {"person": person, "problem": problem, "has_app": rules.has_app(person)}
    if passkeys.passkeys_of(person):
        context["passkey"] = passkeys.begin_proving(request, person)
    response = render(request, "accounts/second_factor.html", context, status=problem.status if problem else 200)
    if problem is not None:
        say_when(response, problem)
    return response


@never_cache
@require_http_methods(["GET", "POST"])
def passkey_page(request: HttpRequest) -> HttpResponse:
    """The passkey says who it is, and the person is verified by it: nothing else is asked."""
    target, problem = entering.wanted_page(request), None
    if request.method == "POST":
        pace.require_slow("passkey", lockout.address_of(request), most=30, seconds=60)
        try:
            person = passkeys.prove(request, None, request.POST.get("passkey", ""))
            return entering.enter(request, person, by=entering.PASSKEY, target=target)
        except Refusal as refusal:
            problem = refusal
    context = {"next": target, "problem": problem, "passkey": passkeys.begin_proving(request)}
    return render(request, "accounts/passkey.html", context, status=problem.status if problem else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def forgotten_page(request: HttpRequest) -> HttpResponse:
    """Says the same of every name."""
    if request.method == "GET" or not mail.is_set_up():
        return render(request, "accounts/forgotten.html", {"may_reset": mail.is_set_up()})
    pace.require_slow("reset", lockout.address_of(request), most=10, seconds=600)
    resetting.send_link(request.POST.get("name", ""))
    return render(request, "accounts/forgotten.html", {"may_reset": True, "is_sent": True})


@never_cache
@sensitive_post_parameters("new", "again")
@require_http_methods(["GET", "POST"])
def reset_page(request: HttpRequest, number: str, token: str) -> HttpResponse:
    problem = None
    try:
        resetting.person_of(number, token)
        if request.method == "POST":
            if request.POST.get("new") != request.POST.get("again"):
                raise Refusal("passwords_differ", _("The two new passwords are not the same."))
            person = resetting.set_password(number, token, new=request.POST.get("new", ""))
            return entering.enter(request, person, by="reset", target="/")
    except Refusal as refusal:
        problem = refusal
    context = {
        "problem": problem,
        "length": settings.PASSWORD_LENGTH,
        "is_over": problem and problem.code == "link_invalid",
    }
    return render(request, "accounts/reset.html", context, status=problem.status if problem else 200)


@never_cache
@require_GET
def oidc_begin(request: HttpRequest) -> HttpResponse:
    """A link and no form: forms of ours lead to pages of ours alone (Content-Security-Policy)."""
    _require_oidc()
    pace.require_slow("oidc", lockout.address_of(request), most=60, seconds=60)
    from allauth.socialaccount.providers.oauth2.client import OAuth2Error
    from requests import RequestException

    from mlops.accounts.outside import adapter, oidc

    try:
        return oidc.begin(request, entering.wanted_page(request))
    except (RequestException, OAuth2Error, ValueError, KeyError) as error:
        return adapter.unreachable(request, error)


@never_cache
@require_GET
def oidc_callback(request: HttpRequest) -> HttpResponse:
    _require_oidc()
    from mlops.accounts.outside import adapter, oidc

    try:
        return oidc.complete(request)
    except (ValueError, KeyError) as error:  # the provider answers in a form of its own
        return adapter.unreachable(request, error)


def _require_oidc() -> None:
    if not settings.OIDC_ISSUER:
        hint = _("An administrator sets MLOPS_OIDC_ISSUER.")
        raise Refusal("oidc_not_set_up", _("This server has no sign-in by OpenID Connect."), hint=hint, status=404)

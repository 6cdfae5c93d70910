"""Sign-in by password or one-time link, sign-out, and the personal page with tokens and password.

The routes of all pages of this package stand at the end."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from mlops.access import language
from mlops.access.decisions import visible_projects
from mlops.access.problems import say_when
from mlops.accounts import (
    actions,
    invitation_pages,
    lockout,
    queries,
    saml_pages,
    server_access,
    sign_in,
    sign_in_settings,
    ways_in,
)
from mlops.accounts.confirming import confirmed
from mlops.accounts.entering import enter, wanted_page
from mlops.accounts.offered import refused, ways
from mlops.accounts.outside import saml_logout
from mlops.accounts.people import deactivate_page, people_page
from mlops.formats.refusal import Refusal

LIFETIMES = (7, 30, 90, 365)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in_page(request: HttpRequest) -> HttpResponse:
    target = wanted_page(request)
    if request.method == "GET":
        if request.user.is_authenticated:
            return HttpResponseRedirect(target)
        return render(request, "accounts/sign_in.html", ways() | {"next": target})
    name = request.POST.get("name", "")
    try:
        user = sign_in.check_password(request, name=name, password=request.POST.get("password", ""))
    except Refusal as refusal:
        context = ways() | {"next": target, "name": name, "problem": refusal}
        response = render(request, "accounts/sign_in.html", context, status=_page_status(refusal))
        say_when(response, refusal)
        return response
    return enter(request, user, by=_way_of(user), target=target)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Who came by OpenID Connect or SAML is led to the end of the session there. That page is no redirect: a form of
    ours may lead to pages of ours alone (Content-Security-Policy)."""
    id_token, kept = request.session.get("oidc-id-token"), request.session.get(saml_logout.KEPT)
    logout(request)
    if kept and (to_provider := saml_logout.begin(request, kept)):
        return saml_pages.leave(request, to_provider)
    onward = _end_elsewhere(request, id_token) if id_token else ""
    if onward:
        return render(request, "accounts/signed_out.html", {"onward": onward, "provider": settings.OIDC_NAME})
    return redirect("accounts:sign-in")


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """A visit signs in; a prefetch or preview gets a page with a button, so that it does not burn the link."""
    if request.method == "GET" and not _is_visit(request):
        return render(request, "accounts/link.html")
    try:
        user = actions.use_sign_in_link(token)
    except Refusal as refusal:
        if request.user.is_authenticated:
            return redirect(settings.LOGIN_REDIRECT_URL)
        return refused(request, refusal)
    return enter(request, user, by="link", target=str(settings.LOGIN_REDIRECT_URL))


@never_cache
@login_required
@sensitive_post_parameters("current", "new", "again")
@require_http_methods(["GET", "POST"])
@confirmed
def settings_page(request: HttpRequest) -> HttpResponse:
    """GET shows; POST with `act` = create-token, revoke-token or change-password changes."""
    if request.method == "GET":
        return _settings(request)
    act = {
        "create-token": _create_token,
        "revoke-token": _revoke_token,
        "change-password": _change_password,
        "language": _choose_language,
    }.get(request.POST.get("act", ""))
    if act is None:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    return act(request)


def _create_token(request: HttpRequest) -> HttpResponse:
    days, slug = request.POST.get("days", ""), request.POST.get("project", "")
    try:
        secret = actions.create_token(
            request.user,
            name=request.POST.get("name", ""),
            scopes=request.POST.get("actions", "").strip() or request.POST.get("scopes", "all"),
            project=queries.visible_project(request.user, slug) if slug else None,
            expires=timedelta(days=int(days)) if days.isdecimal() else None,
        )
    except Refusal as refusal:
        return _settings(request, token_problem=refusal, typed=request.POST)
    return _settings(request, secret=secret)


def _revoke_token(request: HttpRequest) -> HttpResponse:
    try:
        token_id = uuid.UUID(request.POST.get("token", ""))
    except ValueError:
        raise Refusal("not_found", _("There is no such token, or it is not yours."), status=404) from None
    actions.revoke_token(request.user, token_id=token_id)
    messages.success(request, _("The token is revoked; programs that use it are refused from now on."))
    return redirect("accounts:settings")


def _choose_language(request: HttpRequest) -> HttpResponse:
    language.choose(request, request.POST.get("language", ""))
    messages.success(request, _("From now on pages and mails speak this language."))
    return redirect("accounts:settings")


def _change_password(request: HttpRequest) -> HttpResponse:
    new = request.POST.get("new", "")
    name, address = request.user.get_username(), lockout.address_of(request)
    try:
        lockout.require_allowed(name, address)
        if new != request.POST.get("again", ""):
            raise Refusal("passwords_differ", _("The two new passwords are not the same."))
        actions.change_password(request.user, current=request.POST.get("current", ""), new=new)  # type: ignore[arg-type]
    except Refusal as refusal:
        if refusal.code == "password_wrong":
            lockout.count(name, address)
        response = _settings(request, password_problem=refusal)
        say_when(response, refusal)
        return response
    update_session_auth_hash(request, request.user)  # type: ignore[arg-type]
    messages.success(request, _("Your password is changed. Other browsers of yours are signed out."))
    return redirect("accounts:settings")


def _settings(request: HttpRequest, **more: Any) -> HttpResponse:
    problem = more.get("token_problem") or more.get("password_problem")
    context = {
        "length": settings.PASSWORD_LENGTH,
        "tokens": queries.tokens_of(request.user),
        "projects": visible_projects(request.user),
        "languages": settings.LANGUAGES,
        "spoken": language.language_of(request.user),
        "lifetimes": LIFETIMES,
        **more,
    }
    return render(request, "accounts/settings.html", context, status=_page_status(problem) if problem else 200)


def _way_of(user: User) -> str:
    return "ldap" if getattr(user, "backend", "").endswith("Directory") else "password"


def _end_elsewhere(request: HttpRequest, id_token: str) -> str:
    """An empty text where the provider cannot, or does not answer: the session here has ended anyway."""
    if not settings.OIDC_ISSUER:
        return ""
    from allauth.socialaccount.providers.oauth2.client import OAuth2Error
    from requests import RequestException

    from mlops.accounts.outside import oidc

    try:
        return oidc.end_address(request, id_token)
    except (RequestException, OAuth2Error, ValueError):
        return ""


def _page_status(refusal: Refusal) -> int:
    """A form shown again is no 401: browsers would ask for a password of their own."""
    return 400 if refusal.status == 401 else refusal.status


def _is_visit(request: HttpRequest) -> bool:
    if "prefetch" in (request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")):
        return False
    return request.headers.get("Sec-Fetch-Dest", "document") == "document"


app_name = "accounts"
urlpatterns: list[URLPattern] = [
    path("sign-in/", sign_in_page, name="sign-in"),
    path("sign-in/link/<str:token>/", sign_in_link, name="link"),
    path("sign-in/second/", ways_in.second_factor_page, name="second-factor"),
    path("sign-in/passkey/", ways_in.passkey_page, name="passkey"),
    path("sign-in/forgotten/", ways_in.forgotten_page, name="forgotten"),
    path("sign-in/reset/<str:number>/<str:token>/", ways_in.reset_page, name="reset"),
    path("sign-in/oidc/", ways_in.oidc_begin, name="oidc"),
    path("sign-in/oidc/callback/", ways_in.oidc_callback, name="oidc-callback"),
    path("sign-in/saml/", saml_pages.begin_page, name="saml"),
    path("sign-in/saml/metadata/", saml_pages.metadata_page, name="saml-metadata"),
    path("sign-in/saml/answer/", saml_pages.answer_page, name="saml-answer"),
    path("sign-in/saml/finish/", saml_pages.finish_page, name="saml-finish"),
    path("sign-in/saml/logout/", saml_pages.logout_page, name="saml-logout"),
    path("sign-in/saml/logout/finish/", saml_pages.logout_finish_page, name="saml-logout-finish"),
    path("settings/sign-in/", sign_in_settings.sign_in_settings_page, name="sign-in-settings"),
    path("people/invitations/", invitation_pages.server_invitations, name="server-invitations"),
    path("projects/<slug:slug>/invitations/", invitation_pages.project_invitations, name="invitations"),
    path("invitations/<str:token>/", invitation_pages.accept_page, name="invitation"),
    path("sign-out/", sign_out, name="sign-out"),
    path("settings/", settings_page, name="settings"),
    path("people/", people_page, name="people"),
    path("people/<str:name>/deactivate/", deactivate_page, name="deactivate"),
    path("people/groups/", server_access.groups_page, name="groups"),
    path("people/roles/", server_access.roles_page, name="roles"),
]

"""Where allauth hands over: who was vouched for is found among our people, and signs in at our own door."""

from __future__ import annotations

import logging
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from mlops.accounts.entering import enter
from mlops.accounts.offered import refused
from mlops.accounts.outside import finding, groups
from mlops.formats.refusal import Refusal

log = logging.getLogger(__name__)


class OurPeople(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def get_provider(self, request: HttpRequest, provider: Any, client_id: Any = None) -> Any:
        from mlops.accounts.outside.oidc import provider_of

        return provider_of(request)

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Always ends in an answer of ours: allauth's own pages and sign-up are never reached."""
        told = sociallogin.account.extra_data["id_token"]
        claims = claims_of(told)
        try:
            if isinstance(request.user, User):
                finding.connect(request.user, claims)
                raise ImmediateHttpResponse(redirect(sociallogin.state.get("next") or "/"))
            person = finding.find_or_make(claims)
            groups.apply(person, claims.groups, groups.read(settings.OIDC_GROUPS))
        except Refusal as refusal:
            raise ImmediateHttpResponse(refused(request, refusal)) from refusal
        id_token = request.session.get("oidc-id-token")
        response = enter(request, person, by="oidc", target=sociallogin.state.get("next") or "/")
        request.session["oidc-id-token"] = id_token
        raise ImmediateHttpResponse(response)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        log.warning("Signing in by %s failed: %s %s", settings.OIDC_NAME, error, exception)
        cancelled = request.GET.get("error") == "access_denied"
        message = (
            _("You cancelled signing in there.") if cancelled else _("Signing in by %s failed.") % settings.OIDC_NAME
        )
        hint = _("Try again. If it fails again, an administrator finds the reason in the server's log.")
        raise ImmediateHttpResponse(refused(request, Refusal("outside_failed", message, hint=hint, status=403)))


def claims_of(told: dict[str, Any]) -> finding.Claims:
    listed = told.get(settings.OIDC_GROUP_CLAIM)
    named = [listed] if isinstance(listed, str) else listed if isinstance(listed, list) else []
    return finding.Claims(
        provider="oidc",
        uid=str(told["sub"]),
        name=str(told.get("preferred_username") or told.get("name") or ""),
        email=str(told.get("email") or ""),
        email_verified=told.get("email_verified") is True,
        groups=tuple(str(one) for one in named),
    )


def unreachable(request: HttpRequest, error: Exception) -> HttpResponse:
    log.warning("%s cannot be used: %s: %s", settings.OIDC_NAME, type(error).__name__, error)
    message = _("%s does not answer as it should.") % settings.OIDC_NAME
    hint = _("Try again in a moment, or sign in by your password.")
    return refused(request, Refusal("outside_away", message, hint=hint, status=503))

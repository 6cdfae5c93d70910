"""OpenID Connect by allauth, with what it leaves to others: a nonce, the signature of every ID token, the issuer, and
that the answer about the person is about the same person. PKCE is always used.

Imported when somebody signs in by it: `requests` alone weighs 15 MB."""

from __future__ import annotations

import hmac
import secrets
from typing import Any

import jwt
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Public keys alone: the client's secret signs nothing, and `none` is nothing."""
LEEWAY_SECONDS = 60


class Protocol(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        found: dict[str, Any] = super().openid_config
        if found.get("issuer", "").rstrip("/") != settings.OIDC_ISSUER.rstrip("/"):
            raise OAuth2Error(f"The discovery document is of the issuer {found.get('issuer')!r}.")
        return found

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return request.build_absolute_uri(reverse("accounts:oidc-callback"))

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        answer = kwargs["response"]
        claims = self._checked(app, str(answer.get("id_token") or ""))
        userinfo = {}
        if "userinfo_endpoint" in self.openid_config:
            userinfo = self._fetch_user_info(token.token)
            if userinfo.get("sub") != claims["sub"]:
                raise OAuth2Error("The answer about the person is about another one.")
        request.session["oidc-id-token"] = answer["id_token"]
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims | userinfo})

    def _checked(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            key = self._key_of(jwt.get_unverified_header(id_token))
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=key,
                algorithms=list(ALGORITHMS),
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error(f"The ID token is not valid: {error}") from error
        if not self.nonce or not hmac.compare_digest(str(claims.get("nonce", "")), self.nonce):
            raise OAuth2Error("The ID token was made for another sign-in.")
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("The ID token was made for another client.")
        return claims

    def _key_of(self, header: dict[str, Any]) -> Any:
        from allauth.socialaccount.adapter import get_adapter

        with get_adapter().get_requests_session() as session:
            response = session.get(self.openid_config["jwks_uri"])
            response.raise_for_status()
        usable = [key for key in jwt.PyJWKSet.from_dict(response.json()).keys if key.public_key_use in (None, "sig")]
        named = [key for key in usable if key.key_id == header.get("kid")] if "kid" in header else usable
        if len(named) != 1:
            raise OAuth2Error("The provider does not publish the key of the ID token.")
        return named[0]


class Provider(OpenIDConnectProvider):  # type: ignore[misc]
    oauth2_adapter_class = Protocol
    pkce_enabled_default = True

    def redirect(
        self, request: HttpRequest, process: str, next_url: Any = None, data: Any = None, **kwargs: Any
    ) -> Any:
        nonce = secrets.token_urlsafe(24)
        kwargs["auth_params"] = {"nonce": nonce}
        return super().redirect(request, process, next_url=next_url, data=data, nonce=nonce, **kwargs)

    def get_scope(self) -> list[str]:
        return list(settings.OIDC_SCOPES)


class Callback(OAuth2CallbackView):  # type: ignore[misc]
    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response


def provider_of(request: HttpRequest) -> Provider:
    app = SocialApp(
        provider="openid_connect",
        provider_id="oidc",
        name=settings.OIDC_NAME,
        client_id=settings.OIDC_CLIENT_ID,
        secret=settings.OIDC_CLIENT_SECRET,
        settings={"server_url": settings.OIDC_ISSUER.rstrip("/")},
    )
    return Provider(request, app=app)


def begin(request: HttpRequest, target: str) -> HttpResponse:
    answer: HttpResponse = provider_of(request).redirect(request, "login", next_url=target)
    return answer


def complete(request: HttpRequest) -> HttpResponse:
    answer: HttpResponse = Callback.adapter_view(Protocol(request, "oidc"))(request)
    return answer


def end_address(request: HttpRequest, id_token: str) -> str:
    """Where the provider ends its own session (RP-Initiated Logout), or an empty text."""
    from urllib.parse import urlencode

    endpoint = str(Protocol(request, "oidc").openid_config.get("end_session_endpoint") or "")
    back = request.build_absolute_uri(reverse("accounts:sign-in"))
    query = {"id_token_hint": id_token, "post_logout_redirect_uri": back, "client_id": settings.OIDC_CLIENT_ID}
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}" if endpoint else ""

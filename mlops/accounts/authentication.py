"""How REST requests say who they are: a token (`Authorization: Bearer …`), or name and password (Basic)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from mlops.accounts import lockout, sign_in
from mlops.accounts.models import ApiToken
from mlops.accounts.secret import digest
from mlops.accounts.tokens import apply_limits
from mlops.events.circumstances import note_token
from mlops.formats.refusal import Refusal

SEEN_EVERY = timedelta(minutes=1)


class TokenAuthentication(authentication.BaseAuthentication):
    """A token with the scope `read` is refused on methods that change something."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = find_token(secret.strip())
        if token is None:
            refuse_often_wrong(request)
            raise exceptions.AuthenticationFailed(_("The token is unknown, revoked or expired."))
        if token.scopes == "read" and request.method not in SAFE_METHODS:
            raise Refusal(
                "scope_too_narrow",
                _("The token “%(name)s” may only read.") % {"name": token.name},
                hint=_("Use a token with the scope “all”."),
                status=403,
            )
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class PasswordAuthentication(authentication.BasicAuthentication):
    """Basic, under the same limit of wrong attempts as the sign-in page."""

    def authenticate_credentials(self, userid: str, password: str, request: Any = None) -> tuple[User, None]:
        return sign_in.check_program(request, name=userid, password=password), None


def refuse_often_wrong(request: HttpRequest | Request) -> None:
    """For a request whose token is wrong: counts it. Raises Refusal `too_many_attempts`."""
    address = str(request.META.get("REMOTE_ADDR") or "")
    lockout.require_tokens_allowed(address)
    lockout.count(lockout.TOKENS, address)


def find_token(secret: str) -> ApiToken | None:
    """The living token with this secret, whose person is narrowed to what it may do. That it was used is noted, at
    most once a minute."""
    now = timezone.now()
    living = ApiToken.objects.select_related("user", "project").filter(Q(expires_at=None) | Q(expires_at__gt=now))
    token = living.filter(digest=digest(secret), user__is_active=True).first()
    if token is None:
        return None
    apply_limits(token)
    note_token(token.name)
    if token.last_used_at is None or token.last_used_at < now - SEEN_EVERY:
        _note_use(token.pk, now)
    return token


def _note_use(token_id: uuid.UUID, now: datetime) -> None:
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - SEEN_EVERY)
    ApiToken.objects.filter(stale, pk=token_id).update(last_used_at=now)

"""How spreadsheets and reports sign in: Basic with the user's name and a token in place of the password."""

from __future__ import annotations

import base64
import binascii

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from mlops.accounts.authentication import find_token


class TokenAsPassword(BaseAuthentication):
    """Whatever is no such token is left to the check of passwords, with its limit of attempts."""

    def authenticate(self, request: Request) -> tuple[object, object] | None:
        scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, _colon, secret = base64.b64decode(given.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        token = find_token(secret) if secret else None
        if token is None or token.user.get_username() != name:
            return None
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Basic realm="MLOps Studio"'

"""How often an address may ask that shows neither a session nor a credential (MLOPS_RATE_ADDRESS)."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from mlops.access.problems import json_answer
from mlops.accounts.pace import require_slow
from mlops.formats.refusal import Refusal

PUBLIC = ("/api/", "/sign-in/", "/invitations/")


class AddressPace:
    """Before anything is looked at: requests to REST and to pages of signing in that show neither a session nor a
    credential. Wrong credentials are counted by `lockout`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        shows_something = settings.SESSION_COOKIE_NAME in request.COOKIES or request.headers.get("Authorization")
        if settings.RATE_ADDRESS and not shows_something and request.path.startswith(PUBLIC):
            try:
                require_slow("address", str(request.META.get("REMOTE_ADDR") or ""), most=settings.RATE_ADDRESS)
            except Refusal as refusal:
                return json_answer(refusal)
        return self.get_response(request)

"""Errors of the REST API as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError
from django.http import Http404, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from mlops.access.databases import waiting_refusal
from mlops.formats.refusal import Refusal
from mlops.trail import carried

_log = logging.getLogger(__name__)
ABOUT_NUMBERS = ("for integer string conversion", "integer out of range", "bigint out of range")
"""As Python says that a text has too many digits to be read as a number, and PostgreSQL of what its column holds."""
ABOUT_LENGTH = ("value too long for type",)
ABOUT_CHARACTERS = ("surrogates not allowed", "NUL (0x00)", "unsupported Unicode escape", "Unicode low surrogate")
"""As Python says it of halves of characters, PostgreSQL of both, and of both within JSON."""
CONTENT_TYPE = "application/problem+json"


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. Faults of ours (None) go on to Django and become a 500."""
    refusal = as_refusal(error)
    if refusal is None:
        return None
    set_rollback()
    headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
    body = problem_of(refusal) | getattr(refusal, "extra", {})
    told = Response(body, status=refusal.status, headers=headers, content_type=CONTENT_TYPE)
    say_when(told, refusal)
    return told


def json_answer(refusal: Refusal) -> JsonResponse:
    """The same outside of DRF's views."""
    told = JsonResponse(problem_of(refusal), status=refusal.status, content_type=CONTENT_TYPE)
    say_when(told, refusal)
    return told


def problem_of(refusal: Refusal) -> dict[str, Any]:
    """With the id under which the log has it."""
    found = carried.correlation()
    return refusal.as_problem() | ({"correlation_id": found} if found else {})


def say_when(answer: HttpResponseBase, refusal: Refusal) -> None:
    """When to try again, where the refusal knows."""
    if refusal.retry_after:
        answer.headers["Retry-After"] = str(refusal.retry_after)


def as_refusal(error: Exception) -> Refusal | None:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, Http404):
        return Refusal("not_found", _("There is no such thing, or you may not see it."), status=404)
    if isinstance(error, PermissionDenied):
        return Refusal("forbidden", str(error) or _("You may not do this."), status=403)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return Refusal("not_signed_in", str(error.detail), hint=_("Sign in, or send a valid token."), status=401)
    if isinstance(error, exceptions.ValidationError):
        return Refusal("invalid", _first_text(error.detail), status=400)
    if isinstance(error, ValidationError):
        return Refusal("invalid", " ".join(error.messages), status=400)
    if isinstance(error, OverflowError) or _is_said(error, ABOUT_NUMBERS):
        hint = _("Send a smaller number, or a nearer date.")
        return Refusal("number_too_large", _("A number is larger than can be used here."), hint=hint, status=400)
    if isinstance(error, RecursionError):
        return Refusal("too_deep", _("What was sent lies too deep within itself to be read."), status=400)
    if _is_said(error, ABOUT_LENGTH):
        hint = _("Shorten it, and send the request again.")
        return Refusal("text_too_long", _("A text is longer than can be kept here."), hint=hint, status=400)
    if _is_said(error, ABOUT_CHARACTERS):
        return Refusal(
            "text_unusable",
            _("A text holds the character NUL, or half of a character, which cannot be kept."),
            hint=_("Leave it out, and send the request again."),
            status=400,
        )
    if (waiting := waiting_refusal(error)) is not None:
        _log.warning("Answered with %d: %s", waiting.status, error, exc_info=error)
        return waiting
    if isinstance(error, exceptions.APIException):
        return Refusal(str(error.default_code), str(error.detail), status=error.status_code)
    return None


def _is_said(error: Exception, words: tuple[str, ...]) -> bool:
    return isinstance(error, DataError | ValueError) and any(one in str(error) for one in words)


def _first_text(detail: Any, path: str = "") -> str:
    if isinstance(detail, dict):
        return " ".join(_first_text(value, f"{path}{key}: ") for key, value in detail.items())
    if isinstance(detail, list):
        return " ".join(_first_text(value, path) for value in detail)
    return f"{path}{detail}"

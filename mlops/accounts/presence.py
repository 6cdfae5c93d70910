"""What each visit of a browser means for its session: it is noted, it may be over, it may owe a second factor."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.db import OperationalError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.problems import json_answer
from mlops.accounts.entering import DUE, OUTSIDE, note_due
from mlops.accounts.factors import requiring
from mlops.accounts.models import SignedIn
from mlops.accounts.sessions import seen
from mlops.formats.refusal import Refusal

_log = logging.getLogger(__name__)
SEEN_SECONDS = 60.0
MOST_REMEMBERED = 10_000
FREE_PATHS = ("/settings/sign-in/", "/sign-out/", "/sign-in/", "/static/", "/jsi18n/")


class Presence:
    """Notes visits, ends sessions that were idle too long, and holds who owes a second factor to setting it up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        if key and _is_due(key):
            _note(request, key)
        if key and _owes(request) and not request.path.startswith(FREE_PATHS):
            return _owing(request)
        return self.get_response(request)


def _note(request: HttpRequest, key: str) -> None:
    now = timezone.now()
    rows = SignedIn.objects.filter(session_key=key)
    if settings.SESSION_IDLE_HOURS:
        oldest = now - timedelta(hours=settings.SESSION_IDLE_HOURS)
        if rows.filter(seen_at__lt=oldest).exists():
            logout(request)
            return
    _follow_the_rule(request, rows)
    _note_visit(rows, key, address=str(request.META.get("REMOTE_ADDR") or "")[:45])


def _note_visit(rows: QuerySet[SignedIn], key: str, *, address: str) -> None:
    """Nobody's page fails because the database is too busy to take this; the next visit is noted instead."""
    try:
        rows.update(seen_at=timezone.now(), address=address)
    except OperationalError as error:
        seen.pop(key, None)
        _log.warning("A visit was not noted: %s", error)


def _follow_the_rule(request: HttpRequest, rows: QuerySet[SignedIn]) -> None:
    """A rule that was made after signing in holds for sessions that go on. Providers ask for a factor themselves."""
    if requiring.rule().whom == requiring.OPTIONAL:
        if DUE in request.session:
            del request.session[DUE]
        return
    row = rows.select_related("user").first()
    if row is not None and row.by not in OUTSIDE:
        note_due(request, row.user)


def _owes(request: HttpRequest) -> bool:
    due = request.session.get(DUE)
    return due is not None and due <= time.time()


def _owing(request: HttpRequest) -> HttpResponseBase:
    if not request.path.startswith("/api/"):
        return redirect("accounts:sign-in-settings")
    message, hint = _("This server requires a second factor of you."), _("Set it up on your page “Sign-in”.")
    return json_answer(Refusal("factor_required", message, hint=hint, status=403))


def _is_due(key: str) -> bool:
    now = time.monotonic()
    if now - seen.get(key, -SEEN_SECONDS) < SEEN_SECONDS:
        return False
    if len(seen) >= MOST_REMEMBERED:
        seen.clear()
    seen[key] = now
    return True

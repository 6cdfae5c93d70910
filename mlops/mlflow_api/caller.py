"""Who calls, and what they reach: a person by token or password, or the code of a step by the token of that step."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from mlops.access.decisions import visible_projects
from mlops.access.models import Project
from mlops.accounts import sign_in
from mlops.accounts.authentication import find_token, refuse_often_wrong
from mlops.events.circumstances import belong_to
from mlops.mlflow_api.faults import Fault
from mlops.runs import step_tokens
from mlops.runs.models import Run

WORKSPACE_HEADER = "X-MLFLOW-WORKSPACE"
REMEMBERED_SECONDS = 60.0
MOST_REMEMBERED = 1_000
_own_key = secrets.token_bytes(32)
_remembered: dict[bytes, float] = {}


@dataclass(frozen=True)
class Caller:
    person: User
    workspace: str = ""
    """The project's slug, where the request names one."""
    may_write: bool = True
    run: Run | None = None
    """Where the code of a running step calls: what it may reach is this run, and the runs below it."""
    until: datetime | None = None
    """When the token expires, where it does."""

    @property
    def of_step(self) -> UUID | None:
        """The run of the step that calls."""
        return None if self.run is None else self.run.pk


def caller_of(request: HttpRequest) -> Caller:
    """Raises Fault `UNAUTHENTICATED`, or the refusal of too many wrong passwords. Cookies count for nothing here, so
    that no page of another site can act in a person's name."""
    scheme, _space, rest = request.headers.get("Authorization", "").partition(" ")
    workspace = request.headers.get(WORKSPACE_HEADER, "").strip()
    if scheme.lower() == "bearer":
        try:
            return by_token(rest.strip(), workspace)
        except Fault:
            refuse_often_wrong(request)
            raise
    if scheme.lower() == "basic":
        return Caller(_person(request, rest.strip()), workspace)
    raise Fault(
        "UNAUTHENTICATED",
        "You are not signed in. Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.",
    )


def by_token(secret: str, workspace: str) -> Caller:
    """Raises Fault `UNAUTHENTICATED`."""
    if secret.startswith(step_tokens.PREFIX):
        return _code(secret)
    token = find_token(secret)
    if token is None:
        raise Fault("UNAUTHENTICATED", "The token is unknown, revoked or expired.")
    return Caller(token.user, workspace, may_write=token.scopes != "read", until=token.expires_at)


def projects_of(caller: Caller) -> QuerySet[Project]:
    """Those that the caller may see, narrowed to the one that the request names."""
    found = visible_projects(caller.person)
    return found if caller.workspace in ("", "default") else found.filter(slug=caller.workspace)


def _code(secret: str) -> Caller:
    run = step_tokens.run_of(secret)
    person = run.created_by if run is not None else None
    if run is None or person is None or not person.is_active:
        raise Fault("UNAUTHENTICATED", "This token was good while a step ran, and the step has ended.")
    belong_to(run.correlation)
    return Caller(person, run.project.slug, run=run)


def _person(request: HttpRequest, encoded: str) -> User:
    """A right password is remembered for a minute, as a keyed digest in this process alone: to check it anew is slow
    on purpose, and clients send it with each of their many calls."""
    try:
        name, _colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Fault("UNAUTHENTICATED", "The name and the password cannot be read.") from None
    known = User.objects.filter(username=name, is_active=True).first()
    mark = _mark(known, password) if known else b""
    if known is not None and _remembered.get(mark, 0) > time.monotonic():
        return known
    person = sign_in.check_program(request, name=name, password=password)
    if len(_remembered) >= MOST_REMEMBERED:
        _remembered.clear()
    _remembered[_mark(person, password)] = time.monotonic() + REMEMBERED_SECONDS
    return person


def _mark(person: User, password: str) -> bytes:
    """Another one as soon as the stored password changes."""
    text = f"{person.pk}\n{person.password}\n{password}"
    return hmac.new(_own_key, text.encode(), hashlib.sha256).digest()

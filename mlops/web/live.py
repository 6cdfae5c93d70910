"""Live notices over a socket: one look at the database for all listeners of this process, four times a second.

Notices say what to look at again and carry no data; nothing is read while nobody listens."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth.models import User
from django.db import DatabaseError, InterfaceError
from django.db.models import Max, Q
from django.utils import timezone

from mlops.access.decisions import visible_projects
from mlops.access.granted import shared_notices
from mlops.access.holders import people_who_see
from mlops.access.models import Project
from mlops.accounts.authentication import find_token
from mlops.events.models import Notice

POLL_SECONDS = 0.25
RECHECK_SECONDS = 30.0
SEND_SECONDS = 5.0
SETTLED = timedelta(seconds=5)
"""A transaction that took its number first may commit last; rows older than this cannot appear any more."""

Only = set[tuple[str, str]] | None
"""Kind and ref of the notices that a guest hears; None: all of the project's."""

SIGN_IN_FIRST, NOT_ALLOWED, NO_SUCH_ROUTE = 4401, 4403, 4404


class Notices(AsyncWebsocketConsumer):  # type: ignore[misc]
    """/ws/notices/?project=slug sends {"seq", "kind", "ref"} to people who may read the project, signed in by a
    session or by a token (`Authorization: Bearer …`). Guests get the notices about what is shared with them in it."""

    async def connect(self) -> None:
        self.secret = _bearer(self.scope)
        self.user = await _person_of(self.secret) if self.secret else self.scope.get("user")
        if not is_same_origin(self.scope):
            await self.close(code=NOT_ALLOWED)
            return
        if self.user is None or not self.user.is_authenticated:
            await self.accept()
            await self.close(code=SIGN_IN_FIRST)
            return
        self.project_id, self.only = await _audible(self.user, _asked_project(self.scope))
        await self.accept()
        if self.project_id is None:
            await self.close(code=NOT_ALLOWED)
            return
        await poller.add(self)

    async def disconnect(self, code: int) -> None:
        poller.discard(self)


class NoSuchSocket(AsyncWebsocketConsumer):  # type: ignore[misc]
    async def connect(self) -> None:
        await self.close(code=NO_SUCH_ROUTE)


class Poller:
    """Reads the new notices once for all listeners, and ends itself when the last one has gone."""

    def __init__(self) -> None:
        self.listeners: set[Notices] = set()
        self.task: asyncio.Task[None] | None = None
        self.floor = 0
        self.seen: set[int] = set()

    async def add(self, listener: Notices) -> None:
        if self.task is None or self.task.done():
            self.floor, self.seen = await _last_seq(), set()
        self.listeners.add(listener)
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._run())

    def discard(self, listener: Notices) -> None:
        self.listeners.discard(listener)

    async def _run(self) -> None:
        rechecked = asyncio.get_running_loop().time()
        while self.listeners:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self._tell(await _rows_after(self.floor))
            except Exception:  # the database may be away for a while; the next look tries again
                await asyncio.sleep(1.0)
            now = asyncio.get_running_loop().time()
            if now - rechecked >= RECHECK_SECONDS:
                rechecked = now
                with contextlib.suppress(DatabaseError, InterfaceError):  # while it is away nobody gains a right
                    await self._recheck()

    async def _tell(self, rows: list[tuple[int, str, str, Any, datetime]]) -> None:
        fresh = [row for row in rows if row[0] not in self.seen]
        settled = timezone.now() - SETTLED
        self.floor = max((row[0] for row in rows if row[4] < settled), default=self.floor)
        self.seen = {row[0] for row in rows if row[0] > self.floor}
        by_project: dict[Any, list[tuple[tuple[str, str], str]]] = {}
        for seq, kind, ref, project_id, _at in fresh:
            text = msgspec.json.encode({"seq": seq, "kind": kind, "ref": ref}).decode()
            by_project.setdefault(project_id, []).append(((kind, ref), text))
        if by_project:
            told = [self._send(one, heard(one, by_project.get(one.project_id, ()))) for one in tuple(self.listeners)]
            await asyncio.gather(*told)

    async def _send(self, listener: Notices, texts: Any) -> None:
        """A listener that takes nothing for five seconds is let go; its page polls and comes back."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                for text in texts:
                    await listener.send(text_data=text)
        except Exception:
            self.listeners.discard(listener)
            with contextlib.suppress(Exception):
                await listener.close()

    async def _recheck(self) -> None:
        """Those who see a project are asked for at once; guests and programs, each by itself."""
        for project, present in of_projects(self.listeners).items():
            seeing = await _seeing(project, {one.user.pk for one in present if not one.secret})
            for one in present:
                if one.secret or one.user.pk not in seeing:
                    await self._recheck_alone(one)
                else:
                    one.only = None

    async def _recheck_alone(self, listener: Notices) -> None:
        if listener in self.listeners:
            may_listen, listener.only = await _still_audible(listener.user.pk, listener.secret, listener.project_id)
            if not may_listen:
                self.listeners.discard(listener)
                with contextlib.suppress(Exception):
                    await listener.close(code=NOT_ALLOWED)


poller = Poller()


def of_projects(listeners: Iterable[Notices]) -> dict[Any, list[Notices]]:
    found: dict[Any, list[Notices]] = {}
    for one in tuple(listeners):
        found.setdefault(one.project_id, []).append(one)
    return found


def heard(listener: Notices, notices: Iterable[tuple[tuple[str, str], str]]) -> list[str]:
    return [text for about, text in notices if listener.only is None or about in listener.only]


def is_same_origin(scope: dict[str, Any]) -> bool:
    """Browsers always send the origin; a program without one has no one's cookies to misuse."""
    headers = {name: value.decode("latin-1") for name, value in scope.get("headers", ())}
    origin = headers.get(b"origin")
    return origin is None or urlsplit(origin).netloc.lower() == headers.get(b"host", "").lower()


def _asked_project(scope: dict[str, Any]) -> str:
    query: bytes = scope.get("query_string", b"")
    return parse_qs(query.decode("latin-1")).get("project", [""])[0]


def _bearer(scope: dict[str, Any]) -> str:
    headers = {name: value.decode("latin-1") for name, value in scope.get("headers", ())}
    scheme, _space, secret = headers.get(b"authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


@database_sync_to_async  # type: ignore[untyped-decorator]
def _person_of(secret: str) -> User | None:
    return _of_token(secret)


def _of_token(secret: str) -> User | None:
    """Narrowed to what the token may do; None where it is unknown, revoked or expired."""
    token = find_token(secret)
    return token.user if token is not None else None


@database_sync_to_async  # type: ignore[untyped-decorator]
def _audible(user: Any, slug: str) -> tuple[Any, Only]:
    """The project's id, None where the person may not listen, and what alone is told of it."""
    project = Project.objects.filter(slug=slug).values_list("pk", flat=True).first()
    may_listen, only = _hears(user, Q(slug=slug), Q(project__slug=slug))
    return project if may_listen else None, only


@database_sync_to_async  # type: ignore[untyped-decorator]
def _seeing(project_id: Any, people: set[Any]) -> set[Any]:
    return people_who_see(Project(pk=project_id), among=people)


@database_sync_to_async  # type: ignore[untyped-decorator]
def _still_audible(user_id: int, secret: str, project_id: Any) -> tuple[bool, Only]:
    user = _of_token(secret) if secret else User.objects.filter(pk=user_id, is_active=True).first()
    return _hears(user, Q(pk=project_id), Q(project=project_id))


def _hears(user: Any, project: Q, of_project: Q) -> tuple[bool, Only]:
    if visible_projects(user).filter(project).exists():
        return True, None
    shared = shared_notices(user, of_project)
    return bool(shared), shared


@database_sync_to_async  # type: ignore[untyped-decorator]
def _last_seq() -> int:
    return Notice.objects.aggregate(last=Max("seq"))["last"] or 0


@database_sync_to_async  # type: ignore[untyped-decorator]
def _rows_after(floor: int) -> list[tuple[int, str, str, Any, datetime]]:
    rows = Notice.objects.filter(seq__gt=floor).order_by("seq")
    return list(rows.values_list("seq", "kind", "ref", "project_id", "at")[:2000])

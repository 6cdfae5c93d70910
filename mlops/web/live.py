"""Live notices over a socket: one look at the database for all listeners of this process, four times a second.

Notices say what to look at again and carry no data; nothing is read while nobody listens."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth.models import User
from django.db.models import Max
from django.utils import timezone

from mlops.access.decisions import may, visible_projects
from mlops.access.models import Project
from mlops.accounts.authentication import find_token
from mlops.events.models import Notice

POLL_SECONDS = 0.25
RECHECK_SECONDS = 30.0
SEND_SECONDS = 5.0
SETTLED = timedelta(seconds=5)
"""A transaction that took its number first may commit last; rows older than this cannot appear any more."""

SIGN_IN_FIRST, NOT_ALLOWED, NO_SUCH_ROUTE = 4401, 4403, 4404


class Notices(AsyncWebsocketConsumer):  # type: ignore[misc]
    """/ws/notices/?project=slug sends {"seq", "kind", "ref"} to people who may read the project, signed in by a
    session or by a token (`Authorization: Bearer …`)."""

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
        self.project_id = await _readable_project(self.user, _asked_project(self.scope))
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
                await self._recheck()

    async def _tell(self, rows: list[tuple[int, str, str, Any, datetime]]) -> None:
        fresh = [row for row in rows if row[0] not in self.seen]
        settled = timezone.now() - SETTLED
        self.floor = max((row[0] for row in rows if row[4] < settled), default=self.floor)
        self.seen = {row[0] for row in rows if row[0] > self.floor}
        by_project: dict[Any, list[str]] = {}
        for seq, kind, ref, project_id, _at in fresh:
            text = msgspec.json.encode({"seq": seq, "kind": kind, "ref": ref}).decode()
            by_project.setdefault(project_id, []).append(text)
        if by_project:
            told = [self._send(one, by_project.get(one.project_id, ())) for one in tuple(self.listeners)]
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
        for listener in tuple(self.listeners):
            if not await _may_still_read(listener.user.pk, listener.secret, listener.project_id):
                self.listeners.discard(listener)
                with contextlib.suppress(Exception):
                    await listener.close(code=NOT_ALLOWED)


poller = Poller()


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
def _readable_project(user: Any, slug: str) -> Any:
    return visible_projects(user).filter(slug=slug).values_list("pk", flat=True).first()


@database_sync_to_async  # type: ignore[untyped-decorator]
def _may_still_read(user_id: int, secret: str, project_id: Any) -> bool:
    user = _of_token(secret) if secret else User.objects.filter(pk=user_id, is_active=True).first()
    project = Project.objects.filter(pk=project_id).first()
    return user is not None and project is not None and may(user, "read", project)


@database_sync_to_async  # type: ignore[untyped-decorator]
def _last_seq() -> int:
    return Notice.objects.aggregate(last=Max("seq"))["last"] or 0


@database_sync_to_async  # type: ignore[untyped-decorator]
def _rows_after(floor: int) -> list[tuple[int, str, str, Any, datetime]]:
    rows = Notice.objects.filter(seq__gt=floor).order_by("seq")
    return list(rows.values_list("seq", "kind", "ref", "project_id", "at")[:2000])

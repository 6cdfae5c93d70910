"""The routing table, asked of the control plane twice a second, and at once for a deployment that is not known here.
It is kept in the file that the router reads anyway: so a router on a machine of its own starts, and goes on, with the
last table while the control plane is away."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec

from mlops.formats.serving import FEED_PATH, RoutingTable
from mlops.http.exchange import Answer
from mlops.router.backends import BackendPool, Broken, Unreachable

POLL_SECONDS = 0.5
LEAST_SECONDS = 0.1
"""Between two questions, whoever hurries."""
ANEW_SECONDS = 1.0
"""So long a request waits for what it hurried for."""
ANSWER_SECONDS = 5.0
BEHIND_SECONDS = 5.0
"""Without a word of the control plane for this long, the table may be old."""


class Identity(NamedTuple):
    """What the control plane is told of this router. `address`: where it reaches it."""

    name: str
    address: str
    token: str


class Feed:
    """`trouble` says why the table may be behind; empty while the control plane confirms it."""

    def __init__(self, urls: Sequence[str], *, identity: Identity, keep: Path) -> None:
        self.trouble = ""
        self._pools = [BackendPool(url.rstrip("/")) for url in urls]
        self._identity = identity
        self._keep = keep
        self._mark = b""
        self._confirmed_at = time.monotonic()
        self._why = "it has not been asked yet"
        self._hurry = asyncio.Event()
        self._next: asyncio.Future[None] | None = None
        """Done when the question that comes next is answered, or not; None before the first."""

    async def anew(self) -> None:
        """Returns when the control plane has been asked after this call, or when it takes too long."""
        if self._next is None:
            return
        self._hurry.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._next), ANEW_SECONDS)

    async def follow(self, *, started: float, revision: Callable[[], int]) -> None:
        """Until it is cancelled. `revision`: of the table that is in force here."""
        loop = asyncio.get_running_loop()
        self._next = loop.create_future()
        while True:
            begun, self._next = self._next, loop.create_future()
            self._hurry.clear()
            try:
                await self._ask(started, revision())
                self._confirmed_at, self.trouble = time.monotonic(), ""
            except (Unreachable, Broken, TimeoutError, OSError, _Refused) as error:
                self._why = str(error) or "no answer in time"
                self._pools.append(self._pools.pop(0))  # perhaps the next one answers
            silent = time.monotonic() - self._confirmed_at
            if silent > BEHIND_SECONDS:
                self.trouble = f"The control plane has not confirmed the routing table for {silent:.0f} s: {self._why}."
            begun.set_result(None)
            await asyncio.sleep(LEAST_SECONDS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), POLL_SECONDS - LEAST_SECONDS)

    def end_late(self) -> None:
        now = asyncio.get_running_loop().time()
        for pool in self._pools:
            pool.end_late(now)

    async def _ask(self, started: float, revision: int) -> None:
        pool = self._pools[0]
        answer = await pool.exchange(self._message(pool, started, revision), timeout_seconds=ANSWER_SECONDS)
        if answer.status == 304:
            return
        if answer.status != 200:
            raise _Refused(f"{pool.url} answers {answer.status}{_told(answer)}")
        try:
            msgspec.json.decode(answer.body, type=RoutingTable)
        except msgspec.DecodeError as error:
            raise _Refused(f"{pool.url} sent no routing table: {error}") from error
        part = self._keep.with_name(f"{self._keep.name}.part")
        part.write_bytes(answer.body)
        os.replace(part, self._keep)
        self._mark = answer.header(b"etag")

    def _message(self, pool: BackendPool, started: float, revision: int) -> bytes:
        who = self._identity
        query = urlencode({"router": who.name, "address": who.address, "started": started, "revision": revision})
        lines = [
            b"GET %b%b?%b HTTP/1.1" % (pool.prefix, FEED_PATH.encode(), query.encode()),
            b"host: %b" % pool.host_header,
            b"authorization: Bearer %b" % who.token.encode(),
            b"user-agent: mlops-router",
            *([b"if-none-match: %b" % self._mark] if self._mark else []),
        ]
        return b"\r\n".join(lines) + b"\r\n\r\n"


class _Refused(Exception):
    """An answer that is no table."""


def _told(answer: Answer) -> str:
    if answer.status in (401, 403):
        return ": MLOPS_ROUTER_TOKEN is not the same there"
    return ""

"""A caller's connection: requests are read and answered one after the other, in order, within a size and a time."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Protocol, cast

import httptools

from mlops.formats.refusal import Refusal
from mlops.http.exchange import Answer, Request, encode, problem_answer

_MOST_HEAD_BYTES = 64 * 1024
_MOST_WAITING = 8
"""Pipelined requests that wait on one connection before reading pauses."""
READ_SECONDS = 60.0


class Door(Protocol):
    """What the requests are handed to."""

    def admit(self, request: Request) -> Any:
        """Decides by the head alone, before the body is read: an Answer, or what `forward` needs to find one."""
        ...

    async def forward(self, request: Request, target: Any, /) -> Answer:
        """`request` with its whole body; `target` is what `admit` gave."""
        ...


class Front(asyncio.Protocol):
    """httptools calls the on_… methods. `connections` is the set of all that are open."""

    def __init__(self, door: Door, *, connections: set[Front], most_body_bytes: int) -> None:
        self._door = door
        self._connections = connections
        self._most_body_bytes = most_body_bytes
        self._parser = httptools.HttpRequestParser(self)
        self._queue: deque[tuple[Request, Any]] = deque()
        self._arrived: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._worker: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport
        self._peer = ""
        self._last = 0.0
        self._reading = False
        self._in_head = False
        self._answering = False
        self._ended = False
        self._closing = False
        self._forget()

    def _forget(self) -> None:
        self._url = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._head_size = 0
        self._body: list[bytes] = []
        self._body_size = 0
        self._request: Request | None = None
        self._target: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self._peer = str(peer[0]) if peer else ""
        loop = asyncio.get_running_loop()
        self._last = loop.time()
        self._connections.add(self)
        self._worker = loop.create_task(self._serve())

    def connection_lost(self, error: Exception | None) -> None:
        self._connections.discard(self)
        self._ended = True
        self._writable.set()
        self._wake()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        if self._closing:
            return
        self._last = asyncio.get_running_loop().time()
        in_head = self._in_head
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._closing = True
            self._queue[-1][0].keep_alive = False
        except httptools.HttpParserError as error:
            if not self._closing:
                self._turn_away(Refusal("broken_request", f"This is not a valid HTTP request: {error}.", status=400))
        if in_head and self._in_head:
            self._check_head(len(data))

    def on_message_begin(self) -> None:
        self._reading = self._in_head = True

    def on_url(self, url: bytes) -> None:
        self._url += url
        self._check_head(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.lower(), value))
        self._check_head(len(name) + len(value) + 4)

    def on_headers_complete(self) -> None:
        self._in_head = False
        if self._closing:
            return
        path, _, query = self._url.partition(b"?")
        self._request = request = Request(
            method=self._parser.get_method(),
            path=path.decode("latin-1"),
            query=query,
            headers=self._headers,
            peer=self._peer,
            keep_alive=self._parser.should_keep_alive(),
        )
        self._target = self._door.admit(request)
        declared = request.header(b"content-length")
        if declared and int(declared) > self._most_body_bytes:
            self._turn_away(self._too_large())
        elif request.header(b"expect").lower() == b"100-continue":
            if isinstance(self._target, Answer):
                self._closing = True
                request.keep_alive = False
                self._hand_on(request, self._target)
            elif not self._answering and not self._queue:
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        if self._closing:
            return
        self._body_size += len(body)
        if self._body_size > self._most_body_bytes:
            self._turn_away(self._too_large())
        elif not isinstance(self._target, Answer):
            self._body.append(body)

    def on_message_complete(self) -> None:
        if self._closing or self._request is None or self._target is None:
            return
        request = self._request
        request.body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self._reading = False
        self._hand_on(request, self._target)
        self._forget()
        if len(self._queue) >= _MOST_WAITING:
            self._transport.pause_reading()

    def close_when_idle(self) -> None:
        """At the end of the server: lets what is in flight finish."""
        self._closing = True
        if not self._answering and not self._queue:
            self._transport.close()

    def close_if_stale(self, now: float, *, idle_seconds: float) -> None:
        if self._answering or self._queue:
            return
        if now - self._last > (READ_SECONDS if self._reading else idle_seconds):
            self._transport.close()

    async def _serve(self) -> None:
        while not self._ended:
            if not self._queue:
                self._arrived = asyncio.get_running_loop().create_future()
                await self._arrived
                continue
            request, target = self._queue.popleft()
            self._answering = True
            answer = target if isinstance(target, Answer) else await self._forward(request, target)
            self._answering = False
            self._last = asyncio.get_running_loop().time()
            if self._ended:
                return
            keep_alive = request.keep_alive and not (self._closing and not self._queue)
            self._transport.write(encode(answer, keep_alive=keep_alive, head=request.method == b"HEAD"))
            if not keep_alive:
                self._transport.close()
                return
            if not self._writable.is_set():
                await self._writable.wait()
            if len(self._queue) < _MOST_WAITING:
                self._transport.resume_reading()

    async def _forward(self, request: Request, target: Any) -> Answer:
        try:
            return await self._door.forward(request, target)
        except Exception as error:
            asyncio.get_running_loop().call_exception_handler({"message": "forwarding failed", "exception": error})
            return problem_answer(
                Refusal("internal", f"The server failed: {type(error).__name__}: {error}", status=500)
            )

    def _hand_on(self, request: Request, target: Any) -> None:
        self._queue.append((request, target))
        self._wake()

    def _wake(self) -> None:
        if self._arrived is not None and not self._arrived.done():
            self._arrived.set_result(None)

    def _check_head(self, size: int) -> None:
        self._head_size += size
        if self._head_size > _MOST_HEAD_BYTES and not self._closing:
            self._turn_away(
                Refusal("head_too_large", f"The headers are larger than {_MOST_HEAD_BYTES:,} bytes.", status=431)
            )

    def _too_large(self) -> Refusal:
        return Refusal(
            "body_too_large",
            f"The body is larger than {self._most_body_bytes:,} bytes.",
            hint="Send the rows in several requests.",
            status=413,
        )

    def _turn_away(self, refusal: Refusal) -> None:
        """Answers after what came before it, and closes: the rest of the request is not read."""
        self._closing = True
        request = Request(method=b"", path="", query=b"", headers=[], peer=self._peer, keep_alive=False)
        self._hand_on(request, problem_answer(refusal))

"""Persistent connections to the scoring servers, and one exchange over them."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import httptools

from mlops.formats.refusal import Refusal
from mlops.router.exchange import Answer, Headers

_CONNECT_SECONDS = 2.0
_IDLE_SECONDS = 60.0
"""Shorter than the scoring server's keep-alive, so that the server seldom closes first."""
_MOST_ANSWER_BYTES = 256 * 1024 * 1024


class Unreachable(Exception):
    """No connection, or a kept one that had been closed: the backend has not begun to answer."""


class Broken(Exception):
    """The connection broke after the request was sent on a fresh connection, or in the middle of the answer."""


class BackendPool:
    """The connections to one server; the one used last is used next."""

    def __init__(self, url: str) -> None:
        self.url = url
        parts = urlsplit(url)
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or 80
        self.host_header = parts.netloc.encode()
        self._idle: list[_Connection] = []
        self._closed = False

    async def exchange(self, message: bytes, *, timeout_seconds: float, anew: bool = False) -> Answer:
        """Raises Unreachable, Broken or TimeoutError. `anew`: not over a kept connection."""
        loop = asyncio.get_running_loop()
        connection = None if anew else self._kept(loop.time())
        fresh = connection is None
        if connection is None:
            connection = await self._connect()
        answer = await connection.ask(message, timeout_seconds=timeout_seconds, fresh=fresh)
        if connection.reusable and not self._closed:
            connection.idle_since = loop.time()
            self._idle.append(connection)
        else:
            connection.close()
        return answer

    def close(self) -> None:
        self._closed = True
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    def close_idle(self, now: float) -> None:
        while self._idle and now - self._idle[0].idle_since > _IDLE_SECONDS:
            self._idle.pop(0).close()

    def _kept(self, now: float) -> _Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable and now - connection.idle_since <= _IDLE_SECONDS:
                return connection
            connection.close()
        return None

    async def _connect(self) -> _Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                _, connection = await loop.create_connection(_Connection, self._host, self._port)
        except (OSError, TimeoutError) as error:
            raise Unreachable(f"{self.url}: {str(error) or 'no connection in time'}") from error
        return connection


class _Connection(asyncio.Protocol):
    """One question at a time. httptools calls the on_… methods."""

    def __init__(self) -> None:
        self.reusable = False
        self.idle_since = 0.0
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._fresh = True
        self._reset()

    def _reset(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers: Headers = []
        self._body: list[bytes] = []
        self._size = 0
        self._begun = False
        self._until_close = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.reusable = True

    def ask(self, message: bytes, *, timeout_seconds: float, fresh: bool) -> asyncio.Future[Answer]:
        loop = asyncio.get_running_loop()
        self._fresh = fresh
        waiting = self._waiting = loop.create_future()
        if self._transport is None or self._transport.is_closing():
            self._fail(Unreachable("the kept connection was closed"))
            return waiting
        timer = loop.call_later(timeout_seconds, self._late)
        waiting.add_done_callback(lambda _: timer.cancel())
        self._transport.write(message)
        return waiting

    def data_received(self, data: bytes) -> None:
        if self._waiting is None:
            self.close()
            return
        self._begun = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(Broken(f"an answer that is not HTTP: {error}"))

    def connection_lost(self, error: Exception | None) -> None:
        self.reusable = False
        if self._waiting is None or self._waiting.done():
            return
        if self._until_close:
            self._finish(kept=False)
        elif self._begun or self._fresh:
            self._fail(Broken("the connection ended before the answer was complete"))
        else:
            self._fail(Unreachable("the kept connection was closed"))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        if self._parser.get_status_code() < 200:
            self._headers = []
            return
        names = {name for name, _ in self._headers}
        self._until_close = not names & {b"content-length", b"transfer-encoding"}

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > _MOST_ANSWER_BYTES:
            self._fail(Broken(f"the answer is larger than {_MOST_ANSWER_BYTES:,} bytes"))
            return
        self._body.append(body)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() >= 200:
            self._finish(kept=self._parser.should_keep_alive())

    def close(self) -> None:
        self.reusable = False
        if self._transport is not None:
            self._transport.abort()

    def _finish(self, *, kept: bool) -> None:
        waiting, self._waiting = self._waiting, None
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        answer = Answer(status=self._parser.get_status_code(), headers=self._headers, body=body)
        self.reusable = self.reusable and kept
        self._reset()
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def _late(self) -> None:
        self._fail(TimeoutError())

    def _fail(self, error: Exception) -> None:
        waiting, self._waiting = self._waiting, None
        self.close()
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)


def unreachable(deployment: str, reason: str) -> Refusal:
    return Refusal(
        "no_backend",
        f"No server of the deployment '{deployment}' can be reached: {reason}.",
        hint="It may be starting or restarting; its page shows the state. Try again shortly.",
        status=503,
    )


def broken(deployment: str, reason: str) -> Refusal:
    return Refusal(
        "backend_failed",
        f"The server of the deployment '{deployment}' failed over this request: {reason}.",
        hint="The deployment's log says more.",
        status=502,
    )


def late(deployment: str, seconds: float) -> Refusal:
    return Refusal(
        "timeout",
        f"The deployment '{deployment}' did not answer within {seconds:g} s.",
        hint="Send fewer rows, make the model faster, or raise the deployment's request timeout.",
        status=504,
    )

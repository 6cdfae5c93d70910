"""Persistent connections to the scoring servers, and one exchange over them."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import httptools

from mlops.http.exchange import Answer, Headers

if TYPE_CHECKING:
    import ssl

_CONNECT_SECONDS = 2.0
_SHORTEST_REST_SECONDS = 0.05
_LONGEST_REST_SECONDS = 0.5
_IDLE_SECONDS = 60.0
"""Shorter than the scoring server's keep-alive, so that the server seldom closes first."""
_MOST_ANSWER_BYTES = 256 * 1024 * 1024


class Unreachable(Exception):
    """No connection: the request was not sent."""


class Broken(Exception):
    """The connection ended after the request was sent. `is_answer_begun`: in the middle of the answer."""

    def __init__(self, reason: str, *, is_answer_begun: bool = False) -> None:
        super().__init__(reason)
        self.is_answer_begun = is_answer_begun


class BackendPool:
    """The connections to one server; the one used last is used next. `in_flight`: requests that wait for its answer."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.in_flight = 0
        self.rests_until = 0.0
        """The loop's time before which it is not asked, because it did not take the last request."""
        parts = urlsplit(url)
        self._tls = parts.scheme == "https"
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or (443 if self._tls else 80)
        self.host_header = parts.netloc.rpartition("@")[2].encode()
        self.prefix = parts.path.rstrip("/").encode()
        self._failures = 0
        self._idle: list[_Connection] = []
        self._busy: set[_Connection] = set()
        self._closed = False

    async def exchange(self, message: bytes, *, timeout_seconds: float, anew: bool = False) -> Answer:
        """Raises Unreachable, Broken or TimeoutError. `anew`: not over a kept connection."""
        loop = asyncio.get_running_loop()
        self.in_flight += 1
        try:
            connection = None if anew else self._kept(loop.time())
            if connection is None:
                connection = await self._connect()
            self._busy.add(connection)
            try:
                answer = await connection.ask(message, deadline=loop.time() + timeout_seconds)
            except asyncio.CancelledError:
                connection.close()
                raise
            finally:
                self._busy.discard(connection)
        finally:
            self.in_flight -= 1
        if connection.reusable and not self._closed:
            connection.idle_since = loop.time()
            self._idle.append(connection)
        else:
            connection.close()
        self._failures = 0
        return answer

    def rest(self) -> None:
        """Is not asked for a moment, longer each time in a row; half a second at most."""
        self._failures += 1
        pause = min(_SHORTEST_REST_SECONDS * 2 ** min(self._failures - 1, 10), _LONGEST_REST_SECONDS)
        self.rests_until = asyncio.get_running_loop().time() + pause

    def close(self) -> None:
        """What is in flight is finished."""
        self._closed = True
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    def close_idle(self, now: float) -> None:
        while self._idle and now - self._idle[0].idle_since > _IDLE_SECONDS:
            self._idle.pop(0).close()

    def end_late(self, now: float) -> bool:
        """Gives up on answers that are late; called several times a second. Whether it was closed and has no more."""
        for connection in list(self._busy):
            connection.end_if_late(now)
        return self._closed and not self._busy

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
                _, connection = await loop.create_connection(
                    _Connection, self._host, self._port, ssl=_tls_context() if self._tls else None
                )
        except (OSError, TimeoutError) as error:
            raise Unreachable(f"{self.url}: {str(error) or 'no connection in time'}") from error
        return connection


@cache
def _tls_context() -> ssl.SSLContext:
    """Certificates are checked by those of the system, or of SSL_CERT_FILE."""
    import ssl

    return ssl.create_default_context()


class _Connection(asyncio.Protocol):
    """One question at a time. httptools calls the on_… methods."""

    def __init__(self) -> None:
        self.reusable = False
        self.idle_since = 0.0
        self._deadline = 0.0
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._reset()

    def _reset(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers: Headers = []
        self._body: list[bytes] = []
        self._size = 0
        self._begun = False
        self._until_close = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.reusable = True

    def ask(self, message: bytes, *, deadline: float) -> asyncio.Future[Answer]:
        loop = asyncio.get_running_loop()
        waiting = self._waiting = loop.create_future()
        if self._transport is None or self._transport.is_closing():
            self._fail(Broken("the connection was closed"))
            return waiting
        self._deadline = deadline
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
            self._fail(Broken(f"an answer that is not HTTP: {error}", is_answer_begun=True))

    def connection_lost(self, error: Exception | None) -> None:
        self.reusable = False
        if self._waiting is None or self._waiting.done():
            return
        if self._until_close:
            self._finish(kept=False)
        elif self._begun:
            self._fail(Broken("the connection ended in the middle of the answer", is_answer_begun=True))
        else:
            self._fail(Broken("the connection ended before any answer"))

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
            self._fail(Broken(f"the answer is larger than {_MOST_ANSWER_BYTES:,} bytes", is_answer_begun=True))
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

    def end_if_late(self, now: float) -> None:
        if now >= self._deadline:
            self._fail(TimeoutError())

    def _fail(self, error: Exception) -> None:
        waiting, self._waiting = self._waiting, None
        self.close()
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)

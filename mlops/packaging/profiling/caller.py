"""One connection of the load generator: sends a request, hears its answer, and can be used again."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

import httptools

SHOWN_BYTES = 300


class Listener(Protocol):
    def answered(self, caller: Caller, *, status: int, began: float, body: bytes) -> None:
        """`status` 0: the connection ended first. `began` is what `ask` was told."""
        ...

    def left(self, caller: Caller) -> None:
        """The connection is gone."""
        ...


class Caller(asyncio.Protocol):
    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._parser: Any = None
        self._body = b""
        self._began: float | None = None
        self._transport: asyncio.Transport | None = None

    def ask(self, message: bytes, *, began: float) -> None:
        """`began`: when the request was due, or is sent (seconds of the same clock as all others)."""
        self._began = began
        self._body = b""
        self._parser = httptools.HttpResponseParser(self)
        assert self._transport is not None
        self._transport.write(message)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._parser is None:
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()

    def on_body(self, data: bytes) -> None:
        if len(self._body) < SHOWN_BYTES:
            self._body += data

    def on_message_complete(self) -> None:
        began, self._began = self._began, None
        if began is None:
            return
        status, self._parser = self._parser.get_status_code(), None
        self._listener.answered(self, status=status, began=began, body=self._body[:SHOWN_BYTES])

    def connection_lost(self, error: Exception | None) -> None:
        began, self._began = self._began, None
        if began is not None:
            self._listener.answered(self, status=0, began=began, body=b"the connection ended without an answer")
        self._listener.left(self)


def message(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nhost: profile\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return f"{head}\r\n".encode() + body

"""Stands before Django: answers the calls of the short way, and hands on all others untouched."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mlops.mlflow_api.lane.calls import MOST_BYTES, call_of, is_short
from mlops.mlflow_api.lane.writer import Writer

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

START: dict[str, Any] = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"application/json"),
        (b"content-length", b"2"),
        (b"x-content-type-options", b"nosniff"),
    ],
}
BODY = {"type": "http.response.body", "body": b"{}"}


class Lane:
    def __init__(self, pages: Application, writer: Writer) -> None:
        self._pages = pages
        self._writer = writer

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        if len(headers) < len(scope["headers"]) or not is_short(scope, headers):  # a header that comes twice is odd
            await self._pages(scope, receive, send)
            return
        messages = await _messages(receive, MOST_BYTES[scope["path"]])
        call = call_of(scope["path"], headers, b"".join(message.get("body", b"") for message in messages))
        if call is not None and not messages[-1].get("more_body") and await self._writer.keep(call):
            await send(START)
            await send(BODY)
            return
        await self._pages(scope, _again(messages, receive), send)


async def _messages(receive: Receive, most_bytes: int) -> list[Message]:
    """The whole body, or as much as there is before the caller goes or sends more than was told."""
    found, size = [], 0
    while True:
        message = await receive()
        found.append(message)
        size += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body") or size > most_bytes:
            return found


def _again(messages: list[Message], receive: Receive) -> Receive:
    rest = iter(messages)

    async def given() -> Message:
        return next(rest, None) or await receive()

    return given

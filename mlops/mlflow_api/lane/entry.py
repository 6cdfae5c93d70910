"""Stands before Django: answers the calls of the short way, and hands on all others untouched."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mlops.access import maintenance
from mlops.access.http_counts import note
from mlops.mlflow_api.faults import ANSWER_TYPE
from mlops.mlflow_api.lane.calls import MOST_BYTES, SEARCH, call_of, is_short, search_of
from mlops.mlflow_api.lane.reader import Reader
from mlops.mlflow_api.lane.writer import Writer

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

KEPT = b"{}"


class Lane:
    def __init__(self, pages: Application, writer: Writer, reader: Reader) -> None:
        self._pages = pages
        self._writer = writer
        self._reader = reader

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        odd = len(headers) < len(scope["headers"])  # a header that comes twice
        if odd or not is_short(scope, headers) or maintenance.current() is not None:
            await self._pages(scope, receive, send)
            return
        began = time.perf_counter()
        messages = await _messages(receive, MOST_BYTES[scope["path"]])
        body = b"".join(message.get("body", b"") for message in messages)
        answer = None if messages[-1].get("more_body") else await self._answer(scope["path"], headers, body)
        if answer is None:
            await self._pages(scope, _again(messages, receive), send)
        else:
            await send(_start(len(answer)))
            await send({"type": "http.response.body", "body": answer})
            note("POST", scope["path"], 200, time.perf_counter() - began)

    async def _answer(self, path: str, headers: Mapping[bytes, bytes], body: bytes) -> bytes | None:
        if path.endswith(SEARCH):
            search = search_of(headers, body)
            return None if search is None else await self._reader.answer(search)
        call = call_of(path, headers, body)
        return KEPT if call is not None and await self._writer.keep(call) else None


def _start(length: int) -> dict[str, Any]:
    headers = [
        (b"content-type", ANSWER_TYPE.encode()),
        (b"content-length", str(length).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    return {"type": "http.response.start", "status": 200, "headers": headers}


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

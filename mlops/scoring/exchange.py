"""One HTTP exchange on raw ASGI: reads a bounded body, writes an answer or a problem."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.http.exchange import CODE_HEADER

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]

JSON = b"application/json"
PROBLEM = b"application/problem+json"
TEXT = b"text/plain; version=0.0.4; charset=utf-8"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    status: int = 200
    body: bytes = b""
    content_type: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


class ClientGone(Exception):
    """The caller closed the connection before its body was complete."""


def json_answer(value: Any, *, status: int = 200) -> Answer:
    return Answer(status=status, body=msgspec.json.encode(value))


def problem_answer(refusal: Refusal, **more: Any) -> Answer:
    code = (CODE_HEADER, refusal.code.encode())
    headers = (code, (b"retry-after", b"1")) if refusal.status == 503 else (code,)
    return Answer(
        status=refusal.status,
        body=msgspec.json.encode({**refusal.as_problem(), **more}),
        content_type=PROBLEM,
        headers=headers,
    )


def header(scope: Scope, name: bytes) -> bytes:
    return next((value for key, value in scope["headers"] if key == name), b"")


async def read_body(scope: Scope, receive: Receive, *, most_bytes: int) -> bytes:
    declared = header(scope, b"content-length")
    if declared and int(declared) > most_bytes:
        raise _too_large(most_bytes)
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = message.get("body", b"")
        size += len(part)
        if size > most_bytes:
            raise _too_large(most_bytes)
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def write(send: Send, answer: Answer, *, extra: Headers = ()) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [
                (b"content-type", answer.content_type),
                (b"content-length", str(len(answer.body)).encode()),
                *answer.headers,
                *extra,
            ],
        }
    )
    await send({"type": "http.response.body", "body": answer.body})


def _too_large(most_bytes: int) -> Refusal:
    return Refusal(
        "body_too_large",
        _("The body is larger than the %(most_bytes)s bytes that this deployment takes.")
        % {"most_bytes": f"{most_bytes:,}"},
        hint=_("Send the rows in several requests."),
        status=413,
    )

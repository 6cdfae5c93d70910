"""A request as read from a caller, an answer as written back, and the problems that the router itself tells."""

from __future__ import annotations

from http import HTTPStatus

import msgspec

from mlops.formats.refusal import Refusal

CODE_HEADER = b"x-mlops-code"
"""Which refusal an answer is, as `code` in its body."""

Headers = list[tuple[bytes, bytes]]


class Request(msgspec.Struct, kw_only=True):
    """Header names are lower case. `body` is complete when the request is handed on."""

    method: bytes
    path: str
    """Without the query."""
    query: bytes
    headers: Headers
    peer: str
    keep_alive: bool = True
    body: bytes = b""
    _by_name: dict[bytes, bytes] | None = None

    def header(self, name: bytes) -> bytes:
        """The first of that name; empty where there is none. Headers do not change once they were asked for."""
        found = self._by_name
        if found is None:
            found = self._by_name = dict(reversed(self.headers))
        return found.get(name, b"")


class Answer(msgspec.Struct, kw_only=True):
    status: int
    headers: Headers
    body: bytes = b""

    def header(self, name: bytes) -> bytes:
        return next((value for key, value in self.headers if key == name), b"")


def json_answer(value: object, *, status: int = 200) -> Answer:
    return Answer(status=status, headers=[(b"content-type", b"application/json")], body=msgspec.json.encode(value))


def text_answer(text: str) -> Answer:
    content_type = b"text/plain; version=0.0.4; charset=utf-8"
    return Answer(status=200, headers=[(b"content-type", content_type)], body=text.encode())


def problem_answer(refusal: Refusal) -> Answer:
    answer = json_answer(refusal.as_problem(), status=refusal.status)
    answer.headers = [(b"content-type", b"application/problem+json"), (CODE_HEADER, refusal.code.encode())]
    if refusal.status == 503:
        answer.headers.append((b"retry-after", b"1"))
    if refusal.status == 401:
        answer.headers.append((b"www-authenticate", b"Bearer"))
    return answer


_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}


def encode(answer: Answer, *, keep_alive: bool, head: bool) -> bytes:
    """The bytes on the wire; `head` leaves the body out."""
    parts = [_LINES.get(answer.status) or f"HTTP/1.1 {answer.status} \r\n".encode()]
    for name, value in answer.headers:
        parts += (name, b": ", value, b"\r\n")
    if answer.status != 204 and answer.status != 304:
        parts.append(b"content-length: %d\r\n" % len(answer.body))
    parts.append(b"\r\n" if keep_alive else b"connection: close\r\n\r\n")
    if not head:
        parts.append(answer.body)
    return b"".join(parts)

"""Asks a local server for one path over a plain socket: light enough to do for every server every second."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

import msgspec


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    status: int
    body: bytes

    def reasons(self) -> str:
        """The `reasons` of a readiness answer, joined."""
        try:
            body: Any = msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            return ""
        listed = body.get("reasons") if isinstance(body, dict) else None
        return " ".join(str(reason) for reason in listed) if isinstance(listed, list) else ""


def get(
    port: int,
    path: str,
    *,
    host: str = "127.0.0.1",
    timeout_seconds: float = 1.0,
    headers: Mapping[str, str] | None = None,
) -> Reply | None:
    """None when nobody answers in time."""
    lines = [f"GET {path} HTTP/1.1", f"host: {host}", *(f"{name}: {value}" for name, value in (headers or {}).items())]
    request = "\r\n".join([*lines, "connection: close", "", ""]).encode()
    parts: list[bytes] = []
    try:
        with socket.create_connection((host, port), timeout=timeout_seconds) as connection:
            connection.sendall(request)
            while part := connection.recv(65536):
                parts.append(part)
    except OSError:
        return None
    head, _, body = b"".join(parts).partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    if len(words) < 2 or not words[1].isdigit():
        return None
    return Reply(status=int(words[1]), body=body)

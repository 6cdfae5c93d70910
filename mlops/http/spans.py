"""Spans of traces, as they happen: noted in a bounded queue, so that a request pays an append and nothing more."""

from __future__ import annotations

import re
from collections import deque
from typing import NamedTuple

MOST = 4096
"""Spans that wait at once; more are dropped and counted."""
SERVER, CLIENT, INTERNAL = 2, 3, 1
"""OTLP's kinds."""

_TRACEPARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


class Span(NamedTuple):
    """Ids are hexadecimal; `began` is in Unix seconds."""

    trace_id: bytes
    span_id: bytes
    parent_id: bytes
    name: str
    kind: int
    began: float
    seconds: float
    attributes: tuple[tuple[str, str | int | float], ...] = ()
    error: str = ""
    """Why it failed; empty where it did not."""


class Parent(NamedTuple):
    """What a traceparent header says (W3C Trace Context)."""

    trace_id: bytes
    span_id: bytes
    flags: bytes

    @property
    def is_sampled(self) -> bool:
        return bool(int(self.flags, 16) & 1)


def parent_of(header: bytes) -> Parent | None:
    """None where it is not sound."""
    found = _TRACEPARENT.fullmatch(header)
    if found is None or found[1] == b"ff" or not found[2].strip(b"0") or not found[3].strip(b"0"):
        return None
    return Parent(found[2], found[3], found[4])


class SpanQueue:
    """Filled by one thread, emptied by another."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._waiting: deque[Span] = deque()
        self.dropped = 0

    def add(self, span: Span) -> None:
        if len(self._waiting) >= self._most:
            self.dropped += 1
        else:
            self._waiting.append(span)

    def take(self, most: int) -> list[Span]:
        """The oldest first."""
        found: list[Span] = []
        while self._waiting and len(found) < most:
            found.append(self._waiting.popleft())
        return found

    def __len__(self) -> int:
        return len(self._waiting)

"""The ids under which a request, the jobs that it set going and their steps are found again.

A correlation id is one word for people; beside it goes W3C Trace Context's parent for tracing."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from types import MappingProxyType

from mlops.http.spans import parent_of

CORRELATION, TRACEPARENT = "mlops_correlation", "traceparent"
"""Headers of a wake-up call."""
LONGEST = 80
SANE = re.compile(r"[A-Za-z0-9._:/+=-]{1,80}")


@dataclass(frozen=True, kw_only=True)
class Trail:
    correlation: str
    trace_id: str
    span_id: str = ""
    """Of the span that whatever comes next hangs below; empty at the beginning of a trace."""
    is_sampled: bool = False

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id or new_span_id()}-{'01' if self.is_sampled else '00'}"


_now: ContextVar[Trail | None] = ContextVar("trail", default=None)
_facts: ContextVar[Mapping[str, str]] = ContextVar("trail_facts", default=MappingProxyType({}))


def current() -> Trail | None:
    return _now.get()


def correlation() -> str | None:
    """None where nothing is followed: a shell, a migration."""
    found = _now.get()
    return found.correlation if found else None


def sampled_traceparent() -> str | None:
    """What a row keeps, so that later work joins the trace; None where it is not told."""
    found = _now.get()
    return found.traceparent if found and found.is_sampled else None


def begun(*, correlation: str = "", traceparent: str = "") -> Trail:
    """Goes on with what a caller gives, as far as it is sane; else a new id, which is that of the trace."""
    parent = parent_of(traceparent.encode("ascii", "replace"))
    trace_id = parent.trace_id.decode() if parent else secrets.token_hex(16)
    return Trail(
        correlation=correlation if SANE.fullmatch(correlation) else trace_id,
        trace_id=trace_id,
        span_id=parent.span_id.decode() if parent else "",
        is_sampled=parent is not None and parent.is_sampled,
    )


@contextmanager
def following(trail: Trail) -> Iterator[Trail]:
    mark = _now.set(trail)
    try:
        yield trail
    finally:
        _now.reset(mark)


def adopt(correlation: str) -> None:
    """For a call that comes from within: it belongs to what its caller belongs to."""
    found = _now.get()
    if found is not None and SANE.fullmatch(correlation):
        _now.set(replace(found, correlation=correlation))


@contextmanager
def about(**facts: object) -> Iterator[None]:
    """What each line of the log that is written within says besides: run, step, project."""
    mark = _facts.set({**_facts.get(), **{name: str(value) for name, value in facts.items()}})
    try:
        yield
    finally:
        _facts.reset(mark)


def facts() -> Mapping[str, str]:
    return _facts.get()


def headers() -> dict[str, str]:
    """Of a wake-up call that is sent now."""
    found = _now.get()
    return {CORRELATION: found.correlation, TRACEPARENT: found.traceparent} if found else {}


def new_span_id() -> str:
    return secrets.token_hex(8)

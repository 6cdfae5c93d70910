"""A span: one timed part of a trace, with attributes of plain values."""

from __future__ import annotations

import math
import re
from typing import Any

import msgspec

STATUSES = ("UNSET", "OK", "ERROR")
INPUTS, OUTPUTS, KIND = "mlflow.spanInputs", "mlflow.spanOutputs", "mlflow.spanType"
REQUEST_ID = "mlflow.traceRequestId"
TRACE_BYTES, SPAN_BYTES = 16, 8
MOST_DEPTH = 50
HEX = re.compile(r"[0-9a-f]*")


class SpanInvalid(ValueError):
    """Says what cannot be read, and where."""


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    at_ns: int = 0
    attributes: dict[str, Any] = {}


class Link(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    trace: str
    span: str
    attributes: dict[str, Any] = {}


class Span(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`trace` and `key` in hexadecimal digits, 32 and 16; times in nanoseconds since 1970."""

    trace: str
    key: str
    parent: str = ""
    name: str = ""
    kind: int = 0
    """Of OpenTelemetry's kinds: 1 internal, 2 server, 3 client, 4 producer, 5 consumer."""
    started_ns: int = 0
    ended_ns: int | None = None
    status: str = "UNSET"
    message: str = ""
    attributes: dict[str, Any] = {}
    events: tuple[Event, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def is_root(self) -> bool:
        return not self.parent

    @property
    def type(self) -> str:
        """As MLflow calls it, such as `LLM`, `TOOL` or `CHAIN`."""
        return str(self.attributes.get(KIND) or "")


def checked(span: Span) -> Span:
    """With values that every database takes. Raises SpanInvalid."""
    for what, text, size in (("trace_id", span.trace, TRACE_BYTES), ("span_id", span.key, SPAN_BYTES)):
        if HEX.fullmatch(text) is None or len(text) != 2 * size or set(text) == {"0"}:
            raise SpanInvalid(
                f"The {what} of the span “{span.name[:100]}” has to have {size} bytes, not all of them 0."
            )
    if span.parent and (HEX.fullmatch(span.parent) is None or len(span.parent) != 2 * SPAN_BYTES):
        raise SpanInvalid(f"The parent_span_id of the span “{span.name[:100]}” must have {SPAN_BYTES} bytes.")
    if span.started_ns < 0 or span.started_ns >= 2**63 or (span.ended_ns or 0) >= 2**63:
        raise SpanInvalid(f"The times of the span “{span.name[:100]}” are no nanoseconds since 1970.")
    return msgspec.structs.replace(
        span,
        name=span.name.replace("\0", ""),
        message=span.message.replace("\0", ""),
        attributes=_kept(span.attributes, 0),
        events=tuple(
            msgspec.structs.replace(one, name=one.name.replace("\0", ""), attributes=_kept(one.attributes, 0))
            for one in span.events
        ),
        links=tuple(msgspec.structs.replace(one, attributes=_kept(one.attributes, 0)) for one in span.links),
    )


def _kept(value: Any, depth: int) -> Any:
    if depth > MOST_DEPTH:
        raise SpanInvalid(f"The attributes of a span lie more than {MOST_DEPTH} deep within each other.")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list | tuple):
        return [_kept(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {str(key).replace("\0", ""): _kept(one, depth + 1) for key, one in value.items()}
    return value

"""MLflow's files of spans (`traces.json`), as its clients of 2.x and of 3.x write them: values of attributes are JSON
within texts."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from mlops.formats.spans.model import REQUEST_ID, STATUSES, Event, Link, Span, SpanInvalid, checked
from mlops.formats.spans.protocol import to_base64


def read_document(body: bytes) -> list[Span]:
    """Raises SpanInvalid."""
    try:
        told = json.loads(body)
        return [_old(one) if "context" in one else _new(one) for one in told["spans"]]
    except SpanInvalid:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error) as error:
        raise SpanInvalid(f"This is no file of spans as MLflow writes them: {error!r}.") from error


def document_of(spans: list[Span], *, request_id: str) -> bytes:
    """In the form of 3.x."""
    return json.dumps({"spans": [_told(one, request_id) for one in spans]}, ensure_ascii=False).encode()


def _told(span: Span, request_id: str) -> dict[str, Any]:
    attributes = {REQUEST_ID: request_id} | span.attributes
    return {
        "trace_id": to_base64(span.trace),
        "span_id": to_base64(span.key),
        "parent_span_id": to_base64(span.parent) or None,
        "name": span.name,
        "start_time_unix_nano": span.started_ns,
        "end_time_unix_nano": span.ended_ns,
        "events": [
            {"name": one.name, "time_unix_nano": one.at_ns, "attributes": one.attributes} for one in span.events
        ],
        "status": {"code": f"STATUS_CODE_{span.status}", "message": span.message},
        "attributes": {key: json.dumps(value, ensure_ascii=False) for key, value in attributes.items()},
        "links": [{"trace_id": one.trace, "span_id": one.span, "attributes": one.attributes} for one in span.links],
    }


def _new(told: dict[str, Any]) -> Span:
    status = told.get("status") or {}
    name = str(status.get("code") or "").removeprefix("STATUS_CODE_")
    return checked(
        Span(
            trace=_id(told["trace_id"], 16),
            key=_id(told["span_id"], 8),
            parent=_id(told.get("parent_span_id") or "", 8),
            name=str(told.get("name") or ""),
            started_ns=int(told["start_time_unix_nano"]),
            ended_ns=int(told["end_time_unix_nano"]) if told.get("end_time_unix_nano") else None,
            status=name if name in STATUSES else "UNSET",
            message=str(status.get("message") or ""),
            attributes=_values(told.get("attributes") or {}),
            events=_events(told.get("events") or [], "time_unix_nano"),
            links=tuple(
                Link(trace=_id(one["trace_id"].removeprefix("tr-"), 16), span=_id(one["span_id"], 8))
                for one in told.get("links") or []
            ),
        )
    )


def _old(told: dict[str, Any]) -> Span:
    name = str(told.get("status_code") or "").removeprefix("StatusCode.")
    return checked(
        Span(
            trace=_digits(told["context"]["trace_id"], 16),
            key=_digits(told["context"]["span_id"], 8),
            parent=_digits(told["parent_id"], 8) if told.get("parent_id") else "",
            name=str(told.get("name") or ""),
            started_ns=int(told["start_time"]),
            ended_ns=int(told["end_time"]) if told.get("end_time") else None,
            status=name if name in STATUSES else "UNSET",
            message=str(told.get("status_message") or ""),
            attributes=_values(told.get("attributes") or {}),
            events=_events(told.get("events") or [], "timestamp"),
        )
    )


def _events(told: list[dict[str, Any]], time: str) -> tuple[Event, ...]:
    return tuple(
        Event(name=str(one["name"]), at_ns=int(one.get(time) or 0), attributes=dict(one.get("attributes") or {}))
        for one in told
    )


def _values(told: dict[str, Any]) -> dict[str, Any]:
    return {str(key): _value(value) for key, value in told.items()}


def _value(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text


def _id(text: str, size: int) -> str:
    """Base64, or hexadecimal as some releases wrote it."""
    plain = text.removeprefix("tr-").removeprefix("0x")
    if len(plain) == 2 * size:
        try:
            return bytes.fromhex(plain).hex()
        except ValueError:
            pass
    return base64.b64decode(text, validate=True).hex()


def _digits(text: str, size: int) -> str:
    return format(int(text.removeprefix("0x"), 16), f"0{2 * size}x")

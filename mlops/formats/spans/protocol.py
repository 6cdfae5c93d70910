"""OpenTelemetry's protocol (OTLP 1.x): requests of spans in protobuf or JSON, and spans in the JSON of protobuf."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from mlops.formats.spans.model import MOST_DEPTH, STATUSES, Event, Link, Span, SpanInvalid, checked


def read_protocol(body: bytes) -> list[Span]:
    """An ExportTraceServiceRequest. Raises SpanInvalid."""
    from google.protobuf.json_format import MessageToDict
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    request = ExportTraceServiceRequest()
    try:
        request.ParseFromString(body)
        told = MessageToDict(request, preserving_proto_field_name=True)
    except (DecodeError, ValueError, RecursionError) as error:
        raise SpanInvalid("Invalid OpenTelemetry format") from error
    return _spans(told, _from_base64)


def read_protocol_json(body: bytes) -> list[Span]:
    """The same in JSON, whose ids are hexadecimal. Raises SpanInvalid."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SpanInvalid("Invalid OpenTelemetry format") from error
    return _spans(told, str.lower)


def as_protocol(span: Span) -> dict[str, Any]:
    """In the JSON of protobuf, with the names of its fields: ids in Base64."""
    found: dict[str, Any] = {
        "trace_id": to_base64(span.trace),
        "span_id": to_base64(span.key),
        "parent_span_id": to_base64(span.parent),
        "name": span.name,
        "start_time_unix_nano": span.started_ns,
        "attributes": _keyed(span.attributes),
        "status": {"code": f"STATUS_CODE_{span.status}"} | ({"message": span.message} if span.message else {}),
    }
    if span.ended_ns is not None:
        found["end_time_unix_nano"] = span.ended_ns
    if span.kind:
        found["kind"] = span.kind
    if span.events:
        found["events"] = [
            {"time_unix_nano": one.at_ns, "name": one.name, "attributes": _keyed(one.attributes)} for one in span.events
        ]
    if span.links:
        found["links"] = [
            {"trace_id": to_base64(one.trace), "span_id": to_base64(one.span), "attributes": _keyed(one.attributes)}
            for one in span.links
        ]
    return found


def to_base64(digits: str) -> str:
    return base64.b64encode(bytes.fromhex(digits)).decode() if digits else ""


def _from_base64(text: str) -> str:
    return base64.b64decode(text, validate=True).hex()


def _spans(told: Any, id_of: Any) -> list[Span]:
    try:
        return [
            _span(one, id_of)
            for resource in _list(told, "resource_spans")
            for scope in _list(resource, "scope_spans")
            for one in _list(scope, "spans")
        ]
    except SpanInvalid:
        raise
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError) as error:
        raise SpanInvalid("Invalid OpenTelemetry format") from error


def _span(told: dict[str, Any], id_of: Any) -> Span:
    status = _field(told, "status") or {}
    ended = int(_field(told, "end_time_unix_nano") or 0)
    return checked(
        Span(
            trace=id_of(_field(told, "trace_id") or ""),
            key=id_of(_field(told, "span_id") or ""),
            parent=id_of(_field(told, "parent_span_id") or ""),
            name=str(told.get("name") or ""),
            kind=_kind(told.get("kind")),
            started_ns=int(_field(told, "start_time_unix_nano") or 0),
            ended_ns=ended or None,
            status=_status(status.get("code")),
            message=str(status.get("message") or ""),
            attributes=_attributes(told),
            events=tuple(
                Event(
                    name=str(one.get("name") or ""),
                    at_ns=int(_field(one, "time_unix_nano") or 0),
                    attributes=_attributes(one),
                )
                for one in _list(told, "events")
            ),
            links=tuple(
                Link(
                    trace=id_of(_field(one, "trace_id") or ""),
                    span=id_of(_field(one, "span_id") or ""),
                    attributes=_attributes(one),
                )
                for one in _list(told, "links")
            ),
        )
    )


def _field(told: dict[str, Any], name: str) -> Any:
    """Also under the name that JSON prefers."""
    head, *rest = name.split("_")
    return told.get(name, told.get(head + "".join(part.capitalize() for part in rest)))


def _list(told: dict[str, Any], name: str) -> list[Any]:
    found = _field(told, name) or []
    if not isinstance(found, list):
        raise SpanInvalid("Invalid OpenTelemetry format")
    return found


def _status(code: Any) -> str:
    if isinstance(code, int):
        return STATUSES[code] if 0 <= code < len(STATUSES) else "UNSET"
    name = str(code or "").removeprefix("STATUS_CODE_")
    return name if name in STATUSES else "UNSET"


def _kind(given: Any) -> int:
    names = ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
    if isinstance(given, str):
        name = given.removeprefix("SPAN_KIND_")
        return names.index(name) if name in names else 0
    return given if isinstance(given, int) and 0 <= given < len(names) else 0


def _attributes(told: dict[str, Any]) -> dict[str, Any]:
    return {str(one["key"]): _plain(one.get("value") or {}, 0) for one in _list(told, "attributes")}


def _plain(told: dict[str, Any], depth: int) -> Any:
    if depth > MOST_DEPTH:
        raise SpanInvalid(f"The attributes of a span lie more than {MOST_DEPTH} deep within each other.")
    for name in ("string_value", "bool_value", "double_value"):
        if (value := _field(told, name)) is not None:
            return value
    if (value := _field(told, "int_value")) is not None:
        return int(value)
    if (value := _field(told, "bytes_value")) is not None:
        return value
    if (value := _field(told, "array_value")) is not None:
        return [_plain(one, depth + 1) for one in _list(value, "values")]
    if (value := _field(told, "kvlist_value")) is not None:
        return {str(one["key"]): _plain(one.get("value") or {}, depth + 1) for one in _list(value, "values")}
    return None


def _keyed(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _valued(value)} for key, value in attributes.items()]


def _valued(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, bool):
        return {"bool_value": value}
    if isinstance(value, int):
        return {"int_value": value} if abs(value) < 2**63 else {"string_value": str(value)}
    if isinstance(value, float):
        return {"double_value": value if value - value == 0 else str(value)}
    if isinstance(value, list | tuple):
        return {"array_value": {"values": [_valued(one) for one in value]}}
    if isinstance(value, dict):
        return {"kvlist_value": {"values": _keyed(value)}}
    return {"string_value": str(value)}

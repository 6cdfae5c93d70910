"""Spans in OpenTelemetry's protocol and in MLflow's files: read, written, and refused where they make no sense."""

from __future__ import annotations

import base64
import json

import pytest

from mlops.formats.spans import Span, SpanInvalid, as_protocol, document_of, read_document, read_protocol
from mlops.formats.spans import read_protocol_json as read_json

TRACE, KEY = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def _request(**changes: object) -> bytes:
    span = {"traceId": TRACE, "spanId": KEY, "name": "predict", "startTimeUnixNano": "1", "endTimeUnixNano": "5"}
    told = {"resourceSpans": [{"scopeSpans": [{"spans": [span | changes]}]}]}
    return json.dumps(told).encode()


def test_attributes_of_every_kind_become_plain_values():
    values = {
        "text": {"stringValue": "a"}, "flag": {"boolValue": False}, "count": {"intValue": "7"},
        "share": {"doubleValue": 0.5}, "list": {"arrayValue": {"values": [{"intValue": 1}, {"stringValue": "b"}]}},
        "map": {"kvlistValue": {"values": [{"key": "x", "value": {"intValue": 2}}]}}, "nothing": {},
    }  # fmt: skip
    [span] = read_json(_request(attributes=[{"key": key, "value": value} for key, value in values.items()]))
    assert span.attributes == {
        "text": "a", "flag": False, "count": 7, "share": 0.5, "list": [1, "b"], "map": {"x": 2}, "nothing": None,
    }  # fmt: skip


def test_protobuf_that_is_written_is_read_again():
    from google.protobuf.json_format import ParseDict
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    span = Span(
        trace=TRACE, key=KEY, name="a", started_ns=1, ended_ns=9, status="ERROR", attributes={"n": [1, {"x": 2}]}
    )
    request = ExportTraceServiceRequest()
    ParseDict(as_protocol(span), request.resource_spans.add().scope_spans.add().spans.add())
    assert read_protocol(request.SerializeToString()) == [span]


def test_files_of_spans_are_read_as_they_are_written():
    span = Span(trace=TRACE, key=KEY, name="a", started_ns=1, ended_ns=9, status="OK", attributes={"x": {"y": "ü"}})
    [found] = read_document(document_of([span], request_id="tr-1"))
    assert found.attributes == {"mlflow.traceRequestId": "tr-1", "x": {"y": "ü"}}
    assert (found.trace, found.key, found.ended_ns, found.status) == (TRACE, KEY, 9, "OK")


def test_files_of_old_clients_are_read():
    told = {
        "name": "a", "context": {"span_id": "0xb7ad6b7169203331", "trace_id": f"0x{TRACE}"}, "parent_id": None,
        "start_time": 1, "end_time": 2, "status_code": "OK", "status_message": "", "events": [],
        "attributes": {"mlflow.spanInputs": '{"a": 1}'},
    }  # fmt: skip
    [span] = read_document(json.dumps({"spans": [told]}).encode())
    assert (span.trace, span.key, span.attributes["mlflow.spanInputs"]) == (TRACE, KEY, {"a": 1})


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", _request(spanId=""), _request(traceId="0" * 32), _request(startTimeUnixNano="x"), b"\xff\xff",
     _request(attributes={"a": 1}), _request(spanId="zz" * 8), _request(startTimeUnixNano=str(2**63))],
)  # fmt: skip
def test_what_is_no_span_is_refused(body):
    if body == b"":
        assert read_protocol(body) == []
        return
    with pytest.raises(SpanInvalid):
        read_json(body) or read_json(b"{")


@pytest.mark.parametrize("body", [b"{}", b"[1]", b'{"spans": [1]}', b'{"spans": [{"context": {}}]}', b"x"])
def test_what_is_no_file_of_spans_is_refused(body):
    with pytest.raises(SpanInvalid):
        read_document(body)


def test_attributes_that_lie_too_deep_are_refused():
    value: dict = {"intValue": 1}
    for _ in range(60):
        value = {"arrayValue": {"values": [value]}}
    with pytest.raises(SpanInvalid, match="deep"):
        read_json(_request(attributes=[{"key": "a", "value": value}]))


def test_values_that_no_database_takes_are_told_in_another_way():
    attributes = [{"key": "a\0", "value": {"doubleValue": float("nan")}}, {"key": "b", "value": {"stringValue": "\0x"}}]
    [span] = read_json(_request(attributes=attributes))
    assert span.attributes == {"a": "nan", "b": "x"}
    assert base64.b64decode(as_protocol(span)["span_id"]).hex() == KEY

"""Spans of traces: one form for what clients send by OpenTelemetry's protocol and for MLflow's files of spans."""

from mlops.formats.spans.documents import document_of, read_document
from mlops.formats.spans.model import Event, Span, SpanInvalid
from mlops.formats.spans.protocol import as_protocol, read_protocol, read_protocol_json

__all__ = [
    "Event", "Span", "SpanInvalid", "as_protocol", "document_of", "read_document", "read_protocol",
    "read_protocol_json",
]  # fmt: skip

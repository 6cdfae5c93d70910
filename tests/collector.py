"""A collector of OpenTelemetry for tests: takes OTLP over HTTP as JSON, and reads it by the official messages."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from google.protobuf import json_format
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

IDS = ("traceId", "spanId", "parentSpanId")


class Collector:
    """`status` is what it answers; what came with another one than 200 is thrown away."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.asked = 0
        self.headers: list[dict[str, str]] = []
        self._taken: list[tuple[str, Any]] = []

    def spans(self) -> list[tuple[str, Any]]:
        """(service, span), as the messages of opentelemetry-proto have them."""
        return [
            (_text(resource.resource.attributes, "service.name"), span)
            for path, body in list(self._taken)
            if path == "/v1/traces"
            for resource in _read(body, ExportTraceServiceRequest()).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def metrics(self) -> dict[str, Any]:
        """By name, the last that came."""
        return {
            metric.name: metric
            for path, body in list(self._taken)
            if path == "/v1/metrics"
            for resource in _read(body, ExportMetricsServiceRequest()).resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }

    def wait_for_spans(self, count: int, *, seconds: float = 15.0) -> list[tuple[str, Any]]:
        deadline = time.monotonic() + seconds
        while len(found := self.spans()) < count:
            assert time.monotonic() < deadline, f"only {len(found)} spans came"
            time.sleep(0.05)
        return found


@contextmanager
def collector() -> Iterator[Collector]:
    told = Collector()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told.asked += 1
            told.headers.append({name.lower(): value for name, value in self.headers.items()})
            if told.status == 200:
                told._taken.append((self.path, json.loads(body)))
            self.send_response(told.status)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    told.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()


def _read(body: Any, message: Any) -> Any:
    """In OTLP's JSON ids are hexadecimal, where protobuf's own mapping has Base64."""
    return json_format.ParseDict(_with_ids(body), message)


def _with_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: base64.b64encode(bytes.fromhex(one)).decode() if name in IDS else _with_ids(one)
            for name, one in value.items()
        }
    return [_with_ids(one) for one in value] if isinstance(value, list) else value


def _text(attributes: Any, name: str) -> str:
    return next((str(one.value.string_value) for one in attributes if one.key == name), "")

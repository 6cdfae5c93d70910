"""OpenTelemetry's protocol over HTTP with JSON (OTLP 1.x): where it goes, and how spans are written.

Sources: opentelemetry.io/docs/specs/otlp and opentelemetry-proto. Written by hand, so that the data plane's images
need no further package (docs/decisions)."""

from __future__ import annotations

import http.client
import os
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from mlops.http.spans import Span

SECONDS = 5.0
WORTH_ANOTHER_TRY = (429, 502, 503, 504)


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """`url`: what /v1/traces and /v1/metrics are appended to."""

    url: str
    headers: dict[str, str] = {}


class Refused(Exception):
    """The receiver will not take it. `is_final`: also not later."""

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.is_final = is_final


def address(environ: Mapping[str, str] = os.environ) -> Address | None:
    """From MLOPS_OTEL_ENDPOINT and MLOPS_OTEL_HEADERS; None where nothing is to be sent."""
    url = environ.get("MLOPS_OTEL_ENDPOINT", "").strip().rstrip("/")
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        return None
    return Address(url=url, headers=headers_of(_read(environ, "MLOPS_OTEL_HEADERS")))


def share(environ: Mapping[str, str] = os.environ) -> float:
    """Of the traces that begin here, 0-1: MLOPS_OTEL_SHARE, else all."""
    try:
        return min(max(float(environ.get("MLOPS_OTEL_SHARE") or 1.0), 0.0), 1.0)
    except ValueError:
        return 1.0


def headers_of(text: str) -> dict[str, str]:
    """`key=value,key=value`, with escapes as in addresses, as OTEL_EXPORTER_OTLP_HEADERS has it."""
    pairs = (one.partition("=") for one in text.split(",") if "=" in one)
    return {unquote(name.strip()): unquote(value.strip()) for name, _equals, value in pairs}


def post(to: Address, path: str, body: Any) -> None:
    """Raises Refused."""
    parts = urlsplit(to.url + path)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    caller = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        headers = {"Content-Type": "application/json", **to.headers}
        caller.request("POST", parts.path, body=msgspec.json.encode(body), headers=headers)
        answer = caller.getresponse()
        said = answer.read(500).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Refused(f"{to.url} does not answer: {error}", is_final=False) from error
    finally:
        caller.close()
    if answer.status >= 300:
        is_final = answer.status not in WORTH_ANOTHER_TRY
        raise Refused(f"{to.url}{path} answered {answer.status}: {said[:200]}", is_final=is_final)


def traces(spans: Iterable[Span], *, service: str, more: Mapping[str, str] = {}) -> dict[str, Any]:
    """An ExportTraceServiceRequest."""
    told = [_span(one) for one in spans]
    return {"resourceSpans": [{"resource": resource(service, more), "scopeSpans": [{"scope": SCOPE, "spans": told}]}]}


SCOPE = {"name": "mlops-studio"}


def resource(service: str, more: Mapping[str, str] = {}) -> dict[str, Any]:
    return {"attributes": attributes((("service.name", service), *more.items()))}


def attributes(pairs: Iterable[tuple[str, str | int | float]]) -> list[dict[str, Any]]:
    return [{"key": name, "value": _value(value)} for name, value in pairs]


def nanoseconds(seconds: float) -> str:
    """64-bit numbers are texts in this form."""
    return str(round(seconds * 1_000_000) * 1000)


def _span(one: Span) -> dict[str, Any]:
    told: dict[str, Any] = {
        "traceId": one.trace_id.decode(),
        "spanId": one.span_id.decode(),
        "name": one.name,
        "kind": one.kind,
        "startTimeUnixNano": nanoseconds(one.began),
        "endTimeUnixNano": nanoseconds(one.began + one.seconds),
        "attributes": attributes(one.attributes),
        "status": {"code": 2, "message": one.error} if one.error else {},
    }
    return told | ({"parentSpanId": one.parent_id.decode()} if one.parent_id else {})


def _value(value: str | int | float) -> dict[str, Any]:
    if isinstance(value, str):
        return {"stringValue": value}
    return {"intValue": str(value)} if isinstance(value, int) else {"doubleValue": value}


def _read(environ: Mapping[str, str], name: str) -> str:
    """From the environment, or from the file that NAME_FILE names."""
    if environ.get(name) or not environ.get(f"{name}_FILE"):
        return environ.get(name, "")
    try:
        with open(environ[f"{name}_FILE"], encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return ""

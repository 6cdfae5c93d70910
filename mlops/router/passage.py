"""One request on its way to a deployment: what it carries, and what became of the attempts."""

from __future__ import annotations

import time

from mlops.formats.collection import CALL_HEADER, CORRELATION_HEADER
from mlops.formats.serving import DeploymentRoute
from mlops.http.exchange import Request
from mlops.router.endpoints import Endpoint
from mlops.router.tracing import REQUEST_ID, TRACEPARENT, TRACESTATE, Trace

MIRRORED_HEADER = b"x-mlops-mirrored"

_NOT_FORWARDED = frozenset(
    (
        b"authorization api-key host connection keep-alive proxy-connection te trailer transfer-encoding upgrade "
        b"content-length expect x-mlops-sticky-key x-mlops-mirrored azureml-model-deployment origin "
        b"x-mlops-call x-mlops-spool-key"
    ).split()
) | {REQUEST_ID, TRACEPARENT}
_CORRELATED = (CORRELATION_HEADER.encode(), b"x-correlation-id")
_CALL, _CORRELATION = f"{CALL_HEADER}: ".encode(), f"{CORRELATION_HEADER}: ".encode()


class Passage:
    """`attempts`, `backend` and `asked_at` (perf_counter) are of the last attempt."""

    __slots__ = (
        "_head",
        "_is_mirrored",
        "_start",
        "asked_at",
        "attempts",
        "backend",
        "deployment",
        "endpoint",
        "request",
        "trace",
    )

    def __init__(
        self, request: Request, *, rest: str, endpoint: Endpoint, deployment: DeploymentRoute, trace: Trace,
        is_mirrored: bool = False,
    ) -> None:  # fmt: skip
        self.request = request
        self.endpoint = endpoint
        self.deployment = deployment
        self.trace = trace
        self.attempts = 0
        self.backend = ""
        self.asked_at = 0.0
        query = b"?" + request.query if request.query else b""
        self._start = rest.encode("latin-1") + query
        self._head = _head(request, trace, is_mirrored=is_mirrored)
        self._is_mirrored = is_mirrored

    def message(self, *, host: bytes, prefix: bytes) -> bytes:
        """The bytes of the next attempt. HEAD is asked as GET; the body is left out on the way back."""
        self.attempts += 1
        self.asked_at = time.perf_counter()
        traceparent = self.trace.traceparent(is_told=not self._is_mirrored)
        method = b"GET" if self.request.method == b"HEAD" else self.request.method
        return b"%b %b%b HTTP/1.1\r\nhost: %b\r\ntraceparent: %b\r\n%b\r\n%b" % (
            method, prefix, self._start, host, traceparent, self._head, self.request.body,
        )  # fmt: skip


def _head(request: Request, trace: Trace, *, is_mirrored: bool) -> bytes:
    parts = [REQUEST_ID, b": ", trace.request_id, b"\r\n", _CALL, trace.call, b"\r\n"]
    if not trace.is_begun and not any(map(request.header, _CORRELATED)):
        parts += (_CORRELATION, trace.trace_id, b"\r\n")
    for name, value in request.headers:
        if name not in _NOT_FORWARDED and not (trace.is_begun and name == TRACESTATE):
            parts += (name, b": ", value, b"\r\n")
    if is_mirrored:
        parts += (MIRRORED_HEADER, b": 1\r\n")
    if request.body or request.method not in (b"GET", b"HEAD", b"DELETE"):
        parts.append(b"content-length: %d\r\n" % len(request.body))
    return b"".join(parts)

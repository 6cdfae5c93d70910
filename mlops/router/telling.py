"""One answered request as spans: the router's own, and one for each attempt at a server."""

from __future__ import annotations

import time

from mlops.http.exchange import CODE_HEADER, Answer, Request
from mlops.http.spans import CLIENT, SERVER, Span, SpanQueue
from mlops.router.choice import DEPLOYMENT_HEADER
from mlops.router.endpoints import Endpoint
from mlops.router.tracing import Trace


def note(spans: SpanQueue, trace: Trace, request: Request, answer: Answer, *, endpoint: Endpoint, began: float) -> None:
    """`began` (perf_counter): when the request was complete. An attempt ends when the next begins, or the request
    does; its span is the parent of the server's."""
    ended = time.perf_counter()
    deployment = answer.header(DEPLOYMENT_HEADER).decode("latin-1")
    code = answer.header(CODE_HEADER).decode("latin-1") if answer.status >= 400 else ""
    error = (code or f"HTTP {answer.status}") if answer.status >= 500 else ""
    method = request.method.decode("latin-1")
    spans.add(
        Span(
            trace_id=trace.trace_id,
            span_id=trace.span_id,
            parent_id=trace.parent_id,
            name=f"{method} {endpoint.name}",
            kind=SERVER,
            began=trace.at,
            seconds=ended - began,
            attributes=(
                ("http.request.method", method),
                ("url.path", request.path[:200]),
                ("http.response.status_code", answer.status),
                ("http.request.body.size", len(request.body)),
                ("mlops.project", endpoint.route.project),
                ("mlops.endpoint", endpoint.name),
                ("mlops.deployment", deployment),
                ("mlops.request_id", trace.request_id.decode("latin-1")),
            ),
            error=error,
        )
    )
    ends = [at for _span_id, at in trace.asked[1:]] + [ended]
    for place, ((span_id, at), end) in enumerate(zip(trace.asked, ends, strict=True)):
        is_last = place == len(trace.asked) - 1
        spans.add(
            Span(
                trace_id=trace.trace_id,
                span_id=span_id,
                parent_id=trace.span_id,
                name=f"ask {deployment}",
                kind=CLIENT,
                began=trace.at + (at - began),
                seconds=end - at,
                attributes=(("mlops.deployment", deployment), ("http.request.resend_count", place)),
                error=error if is_last else "another server was asked",
            )
        )

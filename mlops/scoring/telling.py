"""One scored request as spans below the router's: the server's own, the wait for its turn, and scoring itself."""

from __future__ import annotations

import random
import time

from mlops.http.exchange import Headers
from mlops.http.spans import INTERNAL, SERVER, Parent, Span, SpanQueue, parent_of
from mlops.scoring.timing import Timing


def note_spans(spans: SpanQueue, headers: Headers, status: int, *, began: float, timing: Timing, rows: int) -> None:
    """Only of a trace that its caller decided to tell. `began`: perf_counter. The wait and scoring are known by their
    lengths; they are laid at the end, before the answer was written."""
    parent = parent_of(next((value for name, value in headers if name == b"traceparent"), b""))
    if parent is None or not parent.is_sampled:
        return
    now, took = time.time(), time.perf_counter() - began
    own = _span_id()
    error = f"HTTP {status}" if status >= 500 else ""
    more = (("http.response.status_code", status), ("mlops.rows", rows))
    spans.add(Span(parent.trace_id, own, parent.span_id, "answer", SERVER, now - took, took, more, error))
    if timing.score:
        scored = now - timing.score
        _child(spans, parent, own, "wait for a turn", scored - timing.queue, timing.queue)
        _child(spans, parent, own, "score", scored, timing.score)


def _child(spans: SpanQueue, parent: Parent, own: bytes, name: str, began: float, seconds: float) -> None:
    spans.add(Span(parent.trace_id, _span_id(), own, name, INTERNAL, began, seconds))


def _span_id() -> bytes:
    return b"%016x" % (random.getrandbits(64) or 1)

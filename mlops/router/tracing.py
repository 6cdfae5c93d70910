"""The names under which a request is found again: x-request-id, and W3C Trace Context's traceparent."""

from __future__ import annotations

import random
import re
import time

from mlops.http.exchange import Request
from mlops.http.spans import parent_of

REQUEST_ID = b"x-request-id"
TRACEPARENT = b"traceparent"
TRACESTATE = b"tracestate"

_REQUEST_ID = re.compile(rb"[\x21-\x7e]{1,128}")


class Trace:
    """`request_id` is the caller's where it is printable and at most 128 bytes; a trace goes on with a new span.
    `call` names all attempts at this one request, and nobody else has it: callers may use a request id twice.

    `share`: of the traces that begin here, how many are told; None: none at all. A trace that comes with its caller's
    decision keeps it."""

    __slots__ = (
        "_flags", "asked", "at", "call", "is_begun", "is_sampled", "parent_id", "request_id", "span_id", "trace_id",
    )  # fmt: skip

    def __init__(self, request: Request, *, share: float | None = None) -> None:
        given = request.header(REQUEST_ID)
        self.call = b"%032x" % random.getrandbits(128)
        self.request_id = given if _REQUEST_ID.fullmatch(given) else self.call
        parent = parent_of(request.header(TRACEPARENT))
        self.is_begun = parent is None
        self.span_id = self.parent_id = b""
        self.at = 0.0
        self.asked: list[tuple[bytes, float]] = []
        """The span of each attempt, and when it began (perf_counter)."""
        if parent is None:
            self.is_sampled = share is not None and random.random() < share
            self.trace_id = b"%032x" % (random.getrandbits(128) or 1)
            self._flags = b"01" if self.is_sampled else b"00"
        else:
            self.is_sampled = share is not None and parent.is_sampled
            self.trace_id, self.parent_id, self._flags = parent.trace_id, parent.span_id, parent.flags
        if self.is_sampled:
            self.span_id, self.at = _span_id(), time.time()

    def traceparent(self, *, is_told: bool = True) -> bytes:
        """A new span of the router's for each attempt; a copy that nobody waits for hangs on the router's own. Version
        00, whatever the caller's."""
        span_id = self.span_id if self.is_sampled and not is_told else _span_id()
        if self.is_sampled and is_told:
            self.asked.append((span_id, time.perf_counter()))
        return b"00-%b-%b-%b" % (self.trace_id, span_id, self._flags)


def _span_id() -> bytes:
    return b"%016x" % (random.getrandbits(64) or 1)

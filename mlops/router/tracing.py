"""The names under which a request is found again: x-request-id, and W3C Trace Context's traceparent."""

from __future__ import annotations

import random
import re

from mlops.http.exchange import Request

REQUEST_ID = b"x-request-id"
TRACEPARENT = b"traceparent"
TRACESTATE = b"tracestate"

_REQUEST_ID = re.compile(rb"[\x21-\x7e]{1,128}")
_TRACEPARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


class Trace:
    """`request_id` is the caller's where it is printable and at most 128 bytes; a trace goes on with a new span.
    `call` names all attempts at this one request, and nobody else has it: callers may use a request id twice."""

    __slots__ = ("_flags", "call", "is_begun", "request_id", "trace_id")

    def __init__(self, request: Request) -> None:
        given = request.header(REQUEST_ID)
        self.call = b"%032x" % random.getrandbits(128)
        self.request_id = given if _REQUEST_ID.fullmatch(given) else self.call
        parent = _TRACEPARENT.fullmatch(request.header(TRACEPARENT))
        self.is_begun = parent is None or parent[1] == b"ff" or not parent[2].strip(b"0") or not parent[3].strip(b"0")
        if parent is None or self.is_begun:
            self.trace_id, self._flags = b"%032x" % (random.getrandbits(128) or 1), b"00"
        else:
            self.trace_id, self._flags = parent[2], parent[4]

    def traceparent(self) -> bytes:
        """A new span of the router's for each attempt. Version 00, whatever the caller's."""
        return b"00-%b-%016x-%b" % (self.trace_id, random.getrandbits(64) or 1, self._flags)

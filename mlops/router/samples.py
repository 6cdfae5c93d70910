"""The requests that were answered last, by endpoint: two short rings, one of them for failures alone."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection
from typing import NamedTuple

from mlops.formats.serving import RequestSample

_MOST = 200
_MOST_FAILED = 100
_MOST_ENDPOINTS = 1000
_TIMING = re.compile(rb"([a-z]+);dur=([0-9.]+)")


class Sample(NamedTuple):
    """Kept as it came: it is read seldom. Times in seconds; `timing` is the server's Server-Timing header."""

    at: float
    request_id: bytes
    trace_id: bytes
    deployment: str
    method: bytes
    path: str
    status: int
    seconds: float
    until_asked: float
    timing: bytes
    backend: str
    credential: str
    attempts: int
    request_bytes: int
    answer_bytes: int
    mirrored: bool
    code: str

    def told(self) -> RequestSample:
        stages = {"router": self.until_asked * 1000}
        for name, milliseconds in _TIMING.findall(self.timing):
            stages[name.decode()] = float(milliseconds)
        total = self.seconds * 1000
        stages["other"] = max(total - sum(stages.values()), 0.0)
        return RequestSample(
            at=self.at,
            request_id=self.request_id.decode("latin-1"),
            trace_id=self.trace_id.decode(),
            deployment=self.deployment,
            method=self.method.decode("latin-1"),
            path=self.path,
            status=self.status,
            milliseconds=round(total, 3),
            stages={name: round(value, 3) for name, value in stages.items()},
            backend=self.backend,
            credential=self.credential,
            attempts=self.attempts,
            request_bytes=self.request_bytes,
            answer_bytes=self.answer_bytes,
            mirrored=self.mirrored,
            code=self.code,
        )


class Samples:
    def __init__(self) -> None:
        self._recent: dict[str, deque[Sample]] = {}
        self._failed: dict[str, deque[Sample]] = {}

    def add(self, endpoint_id: str, sample: Sample) -> None:
        rings, most = (self._failed, _MOST_FAILED) if sample.status >= 400 else (self._recent, _MOST)
        ring = rings.get(endpoint_id)
        if ring is None:
            if len(rings) >= _MOST_ENDPOINTS:
                rings.pop(next(iter(rings)))
            ring = rings[endpoint_id] = deque(maxlen=most)
        ring.append(sample)

    def keep_only(self, endpoint_ids: Collection[str]) -> None:
        for rings in (self._recent, self._failed):
            for gone in [one for one in rings if one not in endpoint_ids]:
                del rings[gone]

    def of(self, endpoint_id: str, *, failed_only: bool = False) -> tuple[RequestSample, ...]:
        """Newest first."""
        found = list(self._failed.get(endpoint_id, ()))
        if not failed_only:
            found += self._recent.get(endpoint_id, ())
        return tuple(one.told() for one in sorted(found, key=lambda one: one.at, reverse=True))

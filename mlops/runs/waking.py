"""Wakes the sweep of a trial that has told a metric, so that it is judged soon.

At most once a second and process, because scripts may log thousands of values; what comes between is seen by the
regular look."""

from __future__ import annotations

import time
from uuid import UUID

from mlops.work.calls import later

PAUSE_SECONDS = 1.0
MOST_KNOWN = 10_000

_woken: dict[UUID, float] = {}


def wake(parent: UUID) -> None:
    now = time.monotonic()
    if now - _woken.get(parent, -PAUSE_SECONDS) < PAUSE_SECONDS:
        return
    if len(_woken) >= MOST_KNOWN:
        _woken.clear()
    _woken[parent] = now
    later("execution.advance", parent)

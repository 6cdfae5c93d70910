"""Whether an engine answers, remembered for ten seconds, so that no page and no look waits for it twice."""

from __future__ import annotations

import threading
import time

from mlops.deployments.targets import Availability
from mlops.deployments.targets.docker.engines import Engine, connected
from mlops.formats.refusal import Refusal

KEPT_SECONDS = 10.0
ASKED_SECONDS = 3.0

_known: dict[Engine, tuple[float, Refusal | None]] = {}
_lock = threading.Lock()


def trouble_of(engine: Engine) -> Refusal | None:
    """Why it cannot be used; None where it can."""
    now = time.monotonic()
    with _lock:
        known = _known.get(engine)
    if known is not None and now - known[0] < KEPT_SECONDS:
        return known[1]
    trouble = None
    try:
        with connected(engine, seconds=ASKED_SECONDS) as client:
            client.ping()
    except Refusal as refusal:
        trouble = refusal
    remember(engine, trouble)
    return trouble


def remember(engine: Engine, trouble: Refusal | None) -> None:
    """What a call found out by the way."""
    with _lock:
        _known[engine] = (time.monotonic(), trouble)


def availability(engine: Engine) -> Availability:
    trouble = trouble_of(engine)
    if trouble is None:
        return Availability(is_usable=True)
    return Availability(is_usable=False, reason=trouble.message, hint=trouble.hint)


def forget_all() -> None:
    """For a look at once."""
    with _lock:
        _known.clear()

"""When a delivery is tried again, and when not any more. Pure."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

DELAYS = (2, 5, 15, 30, 60, 120, *[300] * 12, *[900] * 8, *[3600] * 24)
"""Seconds after each failed attempt, before jitter: exponential at first, then every five minutes for an hour, every
quarter of an hour for two, every hour for a day. 51 attempts over about 27 hours."""
JITTER = (0.9, 1.2)
MOST_ATTEMPTS = len(DELAYS) + 1
MOST_REFUSED = 8
"""Attempts where the receiver says that the event itself is wrong."""
REFUSED = (400, 413, 414, 422, 431)
GONE = 410
LONGEST_WAIT = timedelta(days=1)
KEPT_WAITING = timedelta(days=3)
"""How long an event waits for a receiver that takes nothing."""

SUSPECT = 3
"""Deliveries that failed one after the other: the next that is taken brings all that wait forward."""
FAILURES = 10
"""So many, and the receiver counts as failing."""
PROBES = (1, 2, 5, 15, 30, 60, 120, 300)
"""Seconds between single probes of a receiver that fails."""


def wait_after(attempt: int, *, retry_after: timedelta | None = None) -> timedelta:
    """After the attempt of that number, from 1. What the receiver asks for counts where it is longer."""
    usual = timedelta(seconds=DELAYS[min(attempt, len(DELAYS)) - 1] * random.uniform(*JITTER))
    return min(max(usual, retry_after or usual), LONGEST_WAIT)


def probe_after(failures: int) -> timedelta | None:
    """None: it does not count as failing yet."""
    if failures < FAILURES:
        return None
    return timedelta(seconds=PROBES[min(failures - FAILURES, len(PROBES) - 1)] * random.uniform(*JITTER))


def is_last(attempt: int, status: int | None) -> bool:
    return attempt >= (MOST_REFUSED if status in REFUSED else MOST_ATTEMPTS)


def retry_after_of(text: str, *, now: datetime) -> timedelta | None:
    """Of the header: seconds, or a date."""
    if text.strip().isdecimal():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        return None
    return min(max(moment - now, timedelta(0)), LONGEST_WAIT)

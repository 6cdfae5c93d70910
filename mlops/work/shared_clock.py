"""The clock that leases go by: the database's, for workers on several machines have clocks that differ.

A worker whose own clock is fast would else take what others are at work with, and one whose clock is slow would hold
what it has lost. SQLite has no clock but that of its one machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

FRESH_SECONDS = 10.0
"""How long an answer is good: time that has passed since is added, which a jump of this machine's clock is not."""

TRIES, PROMPT_SECONDS = 3, 1.0
"""Nobody knows when an answer was given that came late, as when the network was away: it is asked for again. A clock
that is fast by that would take what is another's."""


class Clock:
    def __init__(self, ask: Callable[[], datetime]) -> None:
        self._ask = ask
        self._told = (float("-inf"), datetime.min)
        """When the answer was there, and the answer: together, for several threads ask."""

    def now(self) -> datetime:
        told_at, answer = self._told
        passed = time.monotonic() - told_at
        if passed <= FRESH_SECONDS:
            return answer + timedelta(seconds=passed)
        for _try in range(TRIES):
            began = time.monotonic()
            answer = self._ask()
            if time.monotonic() - began < PROMPT_SECONDS:
                break
        self._told = (time.monotonic(), answer)
        return answer


def now() -> datetime:
    return timezone.now() if connection.vendor == "sqlite" else _clock.now()


def _ask_database() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found


_clock = Clock(_ask_database)

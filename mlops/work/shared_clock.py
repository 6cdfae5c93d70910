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


class Clock:
    def __init__(self, ask: Callable[[], datetime]) -> None:
        self._ask = ask
        self._asked = float("-inf")
        self._answer = datetime.min

    def now(self) -> datetime:
        passed = time.monotonic() - self._asked
        if passed <= FRESH_SECONDS:
            return self._answer + timedelta(seconds=passed)
        began = time.monotonic()
        self._answer, self._asked = self._ask(), began
        return self._answer


def now() -> datetime:
    return timezone.now() if connection.vendor == "sqlite" else _clock.now()


def _ask_database() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found


_clock = Clock(_ask_database)

"""The connections that nobody uses now; the one that was used last goes first, as its caches are warm."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

MOST_IDLE = 4
MOST_IDLE_SECONDS = 60.0
SURE_SECONDS = 2.0
"""One that was used just now is taken as it is; of an older one is asked whether it lives."""


class Idle:
    def __init__(self, *, lives: Callable[[Any], bool]) -> None:
        self._lives = lives
        self._lock = threading.Lock()
        self._kept: list[tuple[Any, Any, float]] = []

    def give(self, where: Any, connection: Any) -> bool:
        """Whether it is taken; else the caller closes it. `where`: what it was opened with."""
        now = time.monotonic()
        with self._lock:
            old = [one for one in self._kept if now - one[2] > MOST_IDLE_SECONDS]
            self._kept = [one for one in self._kept if now - one[2] <= MOST_IDLE_SECONDS]
            is_taken = len(self._kept) < MOST_IDLE
            if is_taken:
                self._kept.append((where, connection, now))
        for _where, other, _since in old:
            other.close()
        return is_taken

    def take(self, where: Any) -> Any | None:
        while (found := self._last(where)) is not None:
            connection, since = found
            if time.monotonic() - since < SURE_SECONDS or self._lives(connection):
                return connection
            connection.close()
        return None

    def _last(self, where: Any) -> tuple[Any, float] | None:
        with self._lock:
            for place in reversed(range(len(self._kept))):
                if self._kept[place][0] == where:
                    _where, connection, since = self._kept.pop(place)
                    return connection, since
        return None

"""How long to wait before a process is started again: 0.5 s, doubling to 30 s, anew after 60 healthy seconds."""

from __future__ import annotations

FIRST_SECONDS = 0.5
MOST_SECONDS = 30.0
HEALTHY_SECONDS = 60.0


class Backoff:
    def __init__(self) -> None:
        self._next = FIRST_SECONDS

    def after(self, lived_seconds: float) -> float:
        """The pause after a life of that length."""
        if lived_seconds >= HEALTHY_SECONDS:
            self._next = FIRST_SECONDS
        pause, self._next = self._next, min(2 * self._next, MOST_SECONDS)
        return pause

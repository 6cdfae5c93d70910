"""How long a request waited for its turn and how long scoring took, told as Server-Timing (W3C) with the answer."""

from __future__ import annotations

from contextvars import ContextVar


class Timing:
    """In seconds; zero for what did not happen."""

    __slots__ = ("queue", "score")

    def __init__(self) -> None:
        self.queue = 0.0
        self.score = 0.0

    def header(self) -> tuple[bytes, bytes]:
        return (b"server-timing", b"queue;dur=%.3f, score;dur=%.3f" % (self.queue * 1000, self.score * 1000))


current: ContextVar[Timing | None] = ContextVar("timing", default=None)
"""Of the request that is being answered."""

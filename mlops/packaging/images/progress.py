"""What a build says while it goes on, and how it is told to stop."""

from __future__ import annotations

from collections.abc import Callable


class Stopped(Exception):
    """The build was asked to stop. What it had made halfway is removed by whoever was making it."""


class Progress:
    """`said` takes each line; `wants_stop` is asked often and must be quick."""

    def __init__(
        self, said: Callable[[str], None] = lambda line: None, wants_stop: Callable[[], bool] = lambda: False
    ) -> None:
        self._said = said
        self._wants_stop = wants_stop

    def say(self, line: str) -> None:
        self._said(line)
        self.check()

    def check(self) -> None:
        """Raises Stopped."""
        if self._wants_stop():
            raise Stopped

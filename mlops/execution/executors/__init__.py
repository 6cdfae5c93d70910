"""Where a step's process runs: a protocol, and one file a kind."""

from __future__ import annotations

from typing import Protocol

from mlops.formats.step import ProgressLine, StepOrder, StepReport


class Started(Protocol):
    """A step that has been started."""

    def wait(self, seconds: float) -> None:
        """Returns earlier where it ends."""
        ...

    def poll(self) -> StepReport | None:
        """The report once it has ended, else None. Never blocks. Raises Refusal where what ran it is gone."""
        ...

    def news(self) -> list[ProgressLine]:
        """Some of what it said since the last call; empty when there is nothing."""
        ...

    def kill(self) -> None:
        """Ends it and everything that it started."""
        ...


class Executor(Protocol):
    def start(self, order: StepOrder) -> Started:
        """Raises Refusal where nothing could be started; it is then tried again."""
        ...

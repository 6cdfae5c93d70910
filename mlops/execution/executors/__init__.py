"""Where a step's process runs: a protocol, and one file a kind."""

from __future__ import annotations

from typing import Protocol

from mlops.formats.step import ProgressLine, StepOrder, StepReport


class Started(Protocol):
    """A step that has been started."""

    def poll(self) -> StepReport | None:
        """The report once it has ended, else None. Never blocks."""
        ...

    def news(self) -> list[ProgressLine]:
        """What it said since the last call."""
        ...

    def kill(self) -> None:
        """Ends it and everything that it started."""
        ...


class Executor(Protocol):
    def start(self, order: StepOrder) -> Started:
        """Raises Refusal where nothing could be started; it is then tried again."""
        ...

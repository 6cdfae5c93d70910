"""The protocol of an engine, and what all engines share: telling a fault apart when several requests score as one."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Protocol

from mlops.formats.refusal import Refusal
from mlops.scoring.batch import Batch, Columns, cut, join


class Engine(Protocol):
    """A Batch is answered by Columns (native, onnx); raw JSON text by encoded JSON (script)."""

    most: int
    """How many rows (or texts) it takes in one turn."""

    @property
    def trouble(self) -> str:
        """Why it cannot score now, in plain words; empty when it can."""
        ...

    def lives(self) -> AsyncIterator[None]:
        """Yields each time the model was loaded anew; runs for as long as the engine shall live."""
        ...

    async def execute(self, jobs: Sequence[Any]) -> Sequence[Any]:
        """A result or an exception for each job."""
        ...

    def abandon(self) -> None:
        """Gives up what is being executed."""
        ...

    async def stop(self) -> None: ...


async def score_together(
    jobs: Sequence[Batch], score: Callable[[Batch], Awaitable[Columns]]
) -> list[Columns | Exception]:
    """Scores the jobs as one batch; when that fails, each alone, so that a fault meets only the one that has it."""
    try:
        outputs = await score(join(jobs))
    except Refusal as refusal:
        if len(jobs) == 1 or refusal.status >= 500:
            return [refusal] * len(jobs)
        return [(await score_together([job], score))[0] for job in jobs]
    return list(cut(outputs, [job.rows for job in jobs]))


def without_nan(values: list[Any]) -> list[Any]:
    """JSON has no NaN: a prediction that is not a number becomes null."""
    return [None if isinstance(value, float) and not math.isfinite(value) else value for value in values]

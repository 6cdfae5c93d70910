"""Asks a child process that holds a whole model: MLflow's pyfunc, or a framework's own file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.serving import Serving
from mlops.scoring.engines.child import Child
from mlops.scoring.questions import Predicted, Question, can_join, cut_predictions, joined

_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}


class PredictingEngine:
    """`by_rows`: each prediction depends on its own row alone, so questions that wait together are asked as one."""

    def __init__(
        self, module: str, *, arguments: tuple[str, ...], serving: Serving, by_rows: bool, env: Mapping[str, str] = {}
    ) -> None:
        threads = str(max(1, serving.threads))
        usual = {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, **_QUIET}
        self._child = Child(
            module, arguments=arguments, env={**usual, **serving.variables, **env}, python=serving.python
        )
        self._by_rows = by_rows
        self.most = serving.limits.rows if by_rows else 1

    @property
    def trouble(self) -> str:
        return self._child.trouble

    @property
    def about(self) -> dict[str, Any]:
        return self._child.about

    def lives(self) -> AsyncIterator[None]:
        return self._child.lives()

    async def execute(self, jobs: Sequence[Question]) -> Sequence[Predicted | Exception]:
        if len(jobs) > 1 and self._by_rows and can_join(jobs):
            together = await self._ask(joined(jobs))
            parts = cut_predictions(together, [job.count for job in jobs]) if isinstance(together, Predicted) else None
            if parts is not None:
                return parts
            self._by_rows = self._by_rows and not isinstance(together, Predicted)
        return [await self._ask(job) for job in jobs]

    def abandon(self) -> None:
        self._child.give_up()

    async def stop(self) -> None:
        await self._child.stop()

    async def _ask(self, question: Question) -> Predicted | Exception:
        try:
            _told, raw = await self._child.ask(msgspec.to_builtins(question))
        except Refusal as refusal:
            return refusal
        return Predicted(raw=raw)

"""Scores with the original model in a child process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from mlops.formats.serving import Serving
from mlops.scoring.batch import Batch, Columns
from mlops.scoring.engines.child import Child
from mlops.scoring.engines.engine import score_together, without_nan


class NativeEngine:
    def __init__(self, folder: Path, *, serving: Serving) -> None:
        threads = str(max(1, serving.threads))
        self._child = Child(
            "mlops.scoring.children.native",
            arguments=(str(folder / "model"),),
            env={"OMP_NUM_THREADS": threads, "POLARS_MAX_THREADS": threads, "OPENBLAS_NUM_THREADS": threads},
        )
        self.most = serving.limits.rows

    @property
    def trouble(self) -> str:
        return self._child.trouble

    def lives(self) -> AsyncIterator[None]:
        return self._child.lives()

    async def execute(self, jobs: Sequence[Batch]) -> Sequence[Columns | Exception]:
        return await score_together(jobs, self._score)

    def abandon(self) -> None:
        self._child.give_up()

    async def stop(self) -> None:
        await self._child.stop()

    async def _score(self, batch: Batch) -> Columns:
        outputs, _ = await self._child.ask({"columns": batch.columns, "rows": batch.rows})
        return {name: without_nan(values) for name, values in outputs.items()}

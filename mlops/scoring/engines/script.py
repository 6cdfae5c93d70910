"""Answers with a user's init() and run(data) in a child process; run() is never called twice at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from mlops.formats.refusal import Refusal
from mlops.formats.serving import Serving
from mlops.scoring.engines.child import Child


class ScriptEngine:
    most = 1

    def __init__(self, folder: Path, *, serving: Serving) -> None:
        model_dir = str(folder / "model")
        threads = str(max(1, serving.threads))
        self._child = Child(
            "mlops.scoring.children.script",
            arguments=(str(folder / serving.script),),
            env={"AZUREML_MODEL_DIR": model_dir, "MLOPS_MODEL_DIR": model_dir, "OMP_NUM_THREADS": threads},
        )

    @property
    def trouble(self) -> str:
        return self._child.trouble

    def lives(self) -> AsyncIterator[None]:
        return self._child.lives()

    async def execute(self, jobs: Sequence[str]) -> Sequence[bytes | Exception]:
        return [await self._run(text) for text in jobs]

    def abandon(self) -> None:
        self._child.give_up()

    async def stop(self) -> None:
        await self._child.stop()

    async def _run(self, text: str) -> bytes | Exception:
        try:
            answer: bytes = await self._child.ask({"data": text})
        except Refusal as refusal:
            return refusal
        return answer

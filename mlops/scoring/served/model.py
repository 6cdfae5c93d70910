"""One model that a server serves: its engine, the queue before it, and whether its recorded requests are answered."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.serving import Serving
from mlops.scoring.engines.engine import Engine
from mlops.scoring.exchange import Answer
from mlops.scoring.golden import difference
from mlops.scoring.waiting import WaitingLine

encoder = msgspec.json.Encoder()


class Served(Protocol):
    """What the application asks of a model, whatever the form of its requests. Answers come with their rows."""

    serving: Serving

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def trouble(self) -> str:
        """Why it must not be asked now, in plain words; empty when it is ready."""
        ...

    @property
    def waiting(self) -> int:
        """Requests that wait for their turn."""
        ...

    async def keep(self) -> None:
        """Loads the model and watches it for as long as the server lives."""
        ...

    async def stop(self) -> None: ...

    async def score(self, body: bytes) -> tuple[Answer, int]: ...

    async def invoke(self, body: bytes, *, content_type: str) -> tuple[Answer, int]: ...

    async def infer(self, asked: Any) -> tuple[dict[str, Any], int]:
        """Request and answer as the Open Inference Protocol has them, with tensors as lists."""
        ...

    async def predict(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Answers of recorded rows, one object a row."""
        ...

    def metadata(self) -> dict[str, Any]:
        """As the Open Inference Protocol has it."""
        ...

    def openapi(self) -> dict[str, Any]: ...


class Kept:
    """The part that all kinds share. `predict` is theirs."""

    def __init__(self, serving: Serving, engine: Engine) -> None:
        self.serving = serving
        self.name, _, self.version = serving.model.partition(":")
        self._engine = engine
        self._doubt = "The recorded requests have not been checked yet."
        self._line: WaitingLine[Any, Any] = WaitingLine(
            engine.execute, limits=serving.limits, most=engine.most, abandon=engine.abandon
        )

    @property
    def trouble(self) -> str:
        return self._engine.trouble or self._doubt

    @property
    def waiting(self) -> int:
        return len(self._line)

    async def keep(self) -> None:
        try:
            async for _ in self._engine.lives():
                self._learn()
                self._doubt = await self._check_golden()
                if self._doubt:
                    log(code="golden_request_differs", detail=self._doubt)
        except Exception as error:
            traceback.print_exc()
            self._doubt = f"The model could not be started: {type(error).__name__}: {error}"
        if self._engine.trouble:
            log(code="model_not_loaded", detail=self._engine.trouble)

    async def stop(self) -> None:
        await self._engine.stop()

    async def predict(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        raise NotImplementedError

    def _learn(self) -> None:
        """What the loaded model itself tells of what it takes."""

    async def _check_golden(self) -> str:
        for number, golden in enumerate(self.serving.golden, start=1):
            try:
                found = difference(golden, await self.predict(list(golden.rows)))
            except Refusal as refusal:
                found = refusal.message
            if found:
                return f"The recorded request {number} is not answered as it was recorded: {found}."
        return ""


def unknown_model(name: str, version: str, models: Sequence[Served]) -> Refusal:
    listed = ", ".join(f"'{one.name}', version {one.version}" for one in models)
    asked = f"{name}:{version}" if version else name
    return Refusal("unknown_model", f"This server has no model '{asked}'.", hint=f"It serves {listed}.", status=404)


def log(**line: Any) -> None:
    """One JSON line on standard error."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    print(msgspec.json.encode({"at": now, "level": "error", **line}).decode(), file=sys.stderr, flush=True)

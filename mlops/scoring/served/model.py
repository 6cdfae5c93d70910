"""One model that a server serves: its engine, the queue before it, and whether its recorded requests are answered."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.serving import Serving
from mlops.formats.spoken import gettext
from mlops.scoring.engines.engine import Engine
from mlops.scoring.exchange import Answer
from mlops.scoring.golden import difference
from mlops.scoring.waiting import Lane, WaitingLine

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

    def __init__(self, serving: Serving, *engines: Engine) -> None:
        """Several engines hold the same model, each in a process of its own."""
        self.serving = serving
        self.name, _, self.version = serving.model.partition(":")
        self._engine, self._engines = engines[0], engines
        self._is_loaded = False
        self._doubt = "The recorded requests have not been checked yet."
        lanes: list[Lane[Any, Any]] = [Lane(one.execute, one.abandon, partial(_is_well, one)) for one in engines]
        self._line: WaitingLine[Any, Any] = WaitingLine(*lanes, limits=serving.limits, most=engines[0].most)

    @property
    def trouble(self) -> str:
        """Once all have been loaded, one that answers is enough: the others are started again meanwhile."""
        troubles = [one.trouble for one in self._engines if one.trouble]
        if troubles and (not self._is_loaded or len(troubles) == len(self._engines)):
            return troubles[0]
        return self._doubt

    @property
    def waiting(self) -> int:
        return len(self._line)

    async def keep(self) -> None:
        await asyncio.gather(*(self._keep(one) for one in self._engines))

    async def _keep(self, engine: Engine) -> None:
        try:
            async for _ in engine.lives():
                self._is_loaded = self._is_loaded or not any(one.trouble for one in self._engines)
                self._learn()
                self._doubt = await self._check_golden()
                if self._doubt:
                    log(code="golden_request_differs", detail=self._doubt)
        except Exception as error:
            traceback.print_exc()
            self._doubt = f"The model could not be started: {type(error).__name__}: {error}"
        if engine.trouble:
            log(code="model_not_loaded", detail=engine.trouble)

    async def stop(self) -> None:
        await asyncio.gather(*(one.stop() for one in self._engines))

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


def _is_well(engine: Engine) -> bool:
    return not engine.trouble


def unknown_model(name: str, version: str, models: Sequence[Served]) -> Refusal:
    listed = ", ".join(f"'{one.name}', version {one.version}" for one in models)
    asked = f"{name}:{version}" if version else name
    return Refusal(
        "unknown_model",
        gettext("This server has no model '%(asked)s'.") % {"asked": asked},
        hint=gettext("It serves %(listed)s.") % {"listed": listed},
        status=404,
    )


def log(**line: Any) -> None:
    """One JSON line on standard error."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    print(msgspec.json.encode({"at": now, "level": "error", **line}).decode(), file=sys.stderr, flush=True)

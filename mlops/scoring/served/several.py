"""Several models in one server: each answers by its name, and an ensemble of all of them where that is wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from mlops.formats.refusal import Refusal
from mlops.formats.serving import Serving
from mlops.formats.spoken import gettext
from mlops.scoring.bodies import read_json
from mlops.scoring.collecting import note as noting
from mlops.scoring.collecting.note import Loose
from mlops.scoring.combining import combined
from mlops.scoring.engines.onnx import class_labels
from mlops.scoring.exchange import Answer
from mlops.scoring.served.columns import ColumnModel
from mlops.scoring.served.model import Served, encoder, unknown_model
from mlops.scoring.tensors import infer_outputs

ENSEMBLE = "ensemble"
Told = TypeVar("Told")
Ask = Callable[[Served], Awaitable[tuple[Answer, int]]]


class SeveralModels:
    """Without an ensemble the first model answers what names none."""

    def __init__(self, serving: Serving, members: tuple[Served, ...]) -> None:
        if not members:
            raise Refusal("no_models", gettext("serving.json names no models."), hint=gettext("Deploy it again."))
        self.serving = serving
        self._members = members
        self._first = members[0]
        self.name = ENSEMBLE if serving.ensemble else self._first.name
        self.version = "1" if serving.ensemble else self._first.version
        self._labels = _labels(self._first)

    def member(self, name: str, version: str) -> Served:
        """By name and version; without a version the highest one. Raises Refusal `unknown_model`."""
        if self.serving.ensemble and name == ENSEMBLE:
            return self
        named = [one for one in self._members if one.name == name and version in ("", one.version)]
        if not named:
            known: list[Served] = [*self._members, *([self] if self.serving.ensemble else [])]
            raise unknown_model(name, version, known)
        return max(named, key=lambda one: (int(one.version) if one.version.isdecimal() else -1, one.version))

    @property
    def trouble(self) -> str:
        troubled = [f"{one.serving.model}: {one.trouble}" for one in self._members if one.trouble]
        return " ".join(troubled)

    @property
    def waiting(self) -> int:
        return sum(one.waiting for one in self._members)

    async def keep(self) -> None:
        await asyncio.gather(*(one.keep() for one in self._members))

    async def stop(self) -> None:
        await asyncio.gather(*(one.stop() for one in self._members))

    async def score(self, body: bytes) -> tuple[Answer, int]:
        if self.serving.ensemble is None:
            return await self._first.score(body)
        answers, rows = await self._all(lambda one: one.score(body))
        told = {
            "predictions": self._noted([answer["predictions"] for answer in answers]),
            "model": ENSEMBLE,
            "models": [one.serving.model for one in self._members],
            "deployment": self.serving.deployment,
        }
        warnings = list(dict.fromkeys(line for answer in answers for line in answer.get("warnings", ())))
        return Answer(body=encoder.encode({**told, "warnings": warnings} if warnings else told)), rows

    async def invoke(self, body: bytes, *, content_type: str) -> tuple[Answer, int]:
        if self.serving.ensemble is None:
            return await self._first.invoke(body, content_type=content_type)
        answers, rows = await self._all(lambda one: one.invoke(body, content_type=content_type))
        predictions = self._noted([answer["predictions"] for answer in answers])
        return Answer(body=encoder.encode({"predictions": predictions})), rows

    async def infer(self, asked: Any) -> tuple[dict[str, Any], int]:
        if self.serving.ensemble is None:
            return await self._first.infer(asked)
        _asked_together()
        answers = await asyncio.gather(*(self._asked(one, one.infer(asked)) for one in self._members))
        records = self._noted([_records(told["outputs"]) for told, _ in answers])
        identity = {"id": answers[0][0]["id"]} if "id" in answers[0][0] else {}
        outputs = infer_outputs(records, {})
        return {"model_name": ENSEMBLE, "model_version": self.version, **identity, "outputs": outputs}, answers[0][1]

    async def predict(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        if self.serving.ensemble is None:
            return await self._first.predict(rows)
        return self._together(await asyncio.gather(*(one.predict(rows) for one in self._members)))

    def metadata(self) -> dict[str, Any]:
        return {**self._first.metadata(), "name": self.name, "versions": [self.version]}

    def openapi(self) -> dict[str, Any]:
        return self._first.openapi()

    async def _all(self, ask: Ask) -> tuple[list[Any], int]:
        """Every model's answer, decoded."""
        _asked_together()
        answers = await asyncio.gather(*(self._asked(one, ask(one)) for one in self._members))
        return [read_json(answer.body) for answer, _ in answers], answers[0][1]

    async def _asked(self, member: Served, asking: Awaitable[Told]) -> Told:
        """A refusal of one is the ensemble's, and names it."""
        try:
            return await asking
        except Refusal as refusal:
            message = f"{member.serving.model}: {refusal.message}"
            raise Refusal(
                refusal.code, message, hint=refusal.hint, status=refusal.status, where=refusal.where
            ) from refusal

    def _noted(self, answers: Sequence[Sequence[Any]]) -> list[Any]:
        """What is kept of the request is the answer of all, not that of one."""
        predictions = self._together(answers)
        if (note := noting.current.get()) is not None:
            note.model, note.predictions = self.serving.model, Loose(value=predictions, name="prediction")
            note.is_part = note.is_plain = False
        return predictions

    def _together(self, answers: Sequence[Sequence[Any]]) -> list[Any]:
        assert self.serving.ensemble is not None
        return combined(answers, self.serving.ensemble, labels=self._labels)


def _asked_together() -> None:
    if (note := noting.current.get()) is not None:
        note.is_part = True


def _labels(member: Served) -> list[Any]:
    return class_labels(member.serving.classes, member.signature) if isinstance(member, ColumnModel) else []


def _records(outputs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tensors with one value a row, as objects."""
    columns = {one["name"]: one["data"] for one in outputs}
    if len({len(values) for values in columns.values()}) > 1:
        hint = gettext("Use POST /score.")
        raise Refusal("not_by_row", gettext("The models' outputs do not have one value a row."), hint=hint, status=502)
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

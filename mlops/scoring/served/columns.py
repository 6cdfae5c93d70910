"""A model with a signature of columns: rows are checked, and those of many requests are scored together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlops.formats.model import Signature
from mlops.formats.serving import Serving
from mlops.scoring.batch import Batch, Columns, records
from mlops.scoring.bodies import read_invocation, read_score
from mlops.scoring.collecting.note import Note, keep_together
from mlops.scoring.engines.engine import Engine
from mlops.scoring.exchange import Answer
from mlops.scoring.open_inference import infer_answer, metadata, read_infer
from mlops.scoring.openapi import openapi
from mlops.scoring.served.model import Kept, encoder
from mlops.scoring.validation import Validator


class ColumnModel(Kept):
    def __init__(self, serving: Serving, *engines: Engine, signature: Signature) -> None:
        super().__init__(serving, *engines)
        self.signature = signature
        self._is_plain = all(field.type != "date" for field in (*signature.inputs, *signature.outputs))
        self._line.answered = self._note
        self._validator = Validator(signature, most_rows=serving.limits.rows)

    async def score(self, body: bytes) -> tuple[Answer, int]:
        batch = read_score(body, validator=self._validator)
        outputs = await self._outputs(batch)
        answer = {"predictions": records(outputs), "model": self.serving.model, "deployment": self.serving.deployment}
        if batch.warnings:
            answer["warnings"] = batch.warnings
        return Answer(body=encoder.encode(answer)), batch.rows

    async def invoke(self, body: bytes, *, content_type: str) -> tuple[Answer, int]:
        batch = read_invocation(body, validator=self._validator, content_type=content_type)
        return Answer(body=encoder.encode({"predictions": records(await self._outputs(batch))})), batch.rows

    async def infer(self, asked: Any) -> tuple[dict[str, Any], int]:
        batch, request = read_infer(asked, validator=self._validator)
        outputs = await self._outputs(batch)
        answer = infer_answer(outputs, request, signature=self.signature, name=self.name, version=self.version)
        return answer, batch.rows

    async def predict(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        return records(await self._outputs(self._validator.from_records(rows)))

    def metadata(self) -> dict[str, Any]:
        return metadata(self.signature, name=self.name, version=self.version)

    def openapi(self) -> dict[str, Any]:
        return openapi(self.serving, self.signature)

    async def _outputs(self, batch: Batch) -> Columns:
        if batch.rows == 0:
            return {}
        outputs: Columns = await self._line.submit(batch, size=batch.rows)
        return outputs

    def _note(self, answered: Sequence[tuple[Note, Batch, Columns]]) -> None:
        """Requests of one turn in one write. The caller who asks for an output that is not there is refused later, and
        kept."""
        for note, batch, outputs in answered:
            note.hold(
                self.serving.model, inputs=batch.columns, predictions=outputs, rows=batch.rows, is_plain=self._is_plain
            )
        keep_together([note for note, _batch, _outputs in answered])

"""A model that answers by itself: MLflow's, a framework's file, any ONNX graph. It takes columns, tensors, or both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from mlops.formats.model import Signature
from mlops.formats.refusal import Refusal, nearest
from mlops.formats.serving import Serving
from mlops.formats.spoken import gettext as _
from mlops.formats.tensor import CallParameter, TensorSignature
from mlops.scoring.bodies import INVOCATION_KEYS, SCORE_KEYS, read_json, read_rows, value_of
from mlops.scoring.collecting import note as noting
from mlops.scoring.collecting.note import Body, Form, Loose
from mlops.scoring.csv_rows import KIND as CSV
from mlops.scoring.csv_rows import columns_of
from mlops.scoring.engines.engine import Engine
from mlops.scoring.engines.graph import GraphEngine
from mlops.scoring.exchange import Answer
from mlops.scoring.open_inference import metadata as column_metadata
from mlops.scoring.open_inference import read_infer
from mlops.scoring.openapi import openapi
from mlops.scoring.questions import Predicted, Question
from mlops.scoring.served.model import Kept, encoder
from mlops.scoring.tensors import (
    infer_outputs,
    read_infer_tensors,
    read_tensors,
    tensor_metadata,
    tensor_schema,
)
from mlops.scoring.validation import Validator

METHODS = ("predict", "predict_proba")


class PredictingModel(Kept):
    """With `signature` columns are checked, with `tensors` nested lists; with neither, rows go as they come."""

    def __init__(
        self,
        serving: Serving,
        *engines: Engine,
        signature: Signature | None = None,
        tensors: TensorSignature | None = None,
        parameters: Sequence[CallParameter] = (),
    ) -> None:
        super().__init__(serving, *engines)
        self._parameters = {one.name: one for one in parameters}
        self._take(signature, tensors)
        self._model = msgspec.json.encode(serving.model)
        self._deployment = msgspec.json.encode(serving.deployment)

    async def score(self, body: bytes) -> tuple[Answer, int]:
        question, warnings = self._question(read_json(body), SCORE_KEYS)
        predicted = await self._ask(question)
        parts = [b'{"predictions":', predicted.raw, b',"model":', self._model, b',"deployment":', self._deployment]
        if warnings:
            parts += [b',"warnings":', encoder.encode(warnings)]
        return Answer(body=b"".join((*parts, b"}"))), max(1, question.count)

    async def invoke(self, body: bytes, *, content_type: str) -> tuple[Answer, int]:
        if content_type.startswith(CSV):
            question = self._of_csv(body)
        else:
            question, _warnings = self._question(read_json(body), INVOCATION_KEYS)
        predicted = await self._ask(question)
        return Answer(body=b'{"predictions":' + predicted.raw + b"}"), max(1, question.count)

    async def infer(self, asked: Any) -> tuple[dict[str, Any], int]:
        if self._validator is not None:
            batch, request = read_infer(asked, validator=self._validator)
            question = Question(form="columns", columns=batch.columns, count=batch.rows)
        else:
            tensors, request = read_infer_tensors(asked, self._tensors)
            question = Question(form="tensors", tensors=tensors, count=_rows_of(tensors))
        predicted = await self._ask(question)
        outputs = infer_outputs(predicted.value(), request)
        identity = {"id": request["id"]} if "id" in request else {}
        answer = {"model_name": self.name, "model_version": self.version, **identity, "outputs": outputs}
        return answer, max(1, question.count)

    async def predict(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        question, _warnings = self._question({"data": list(rows)}, SCORE_KEYS)
        value = (await self._ask(question)).value()
        return [row if isinstance(row, dict) else {"value": row} for row in value]

    def metadata(self) -> dict[str, Any]:
        if self._signature is not None:
            return column_metadata(self._signature, name=self.name, version=self.version)
        return tensor_metadata(self._tensors, name=self.name, version=self.version)

    def openapi(self) -> dict[str, Any]:
        if self._signature is None and self._tensors is not None:
            return openapi(self.serving, None, schemas={"input": tensor_schema(self._tensors)})
        return openapi(self.serving, self._signature)

    def _take(self, signature: Signature | None, tensors: TensorSignature | None) -> None:
        self._signature, self._tensors = signature, tensors
        self._validator = Validator(signature, most_rows=self.serving.limits.rows) if signature else None
        outputs = signature.outputs if signature else tensors.outputs if tensors else ()
        self._output = (outputs[0].name if len(outputs) == 1 else "") or "prediction"

    def _learn(self) -> None:
        if isinstance(self._engine, GraphEngine):
            self._take(self._engine.signature, self._engine.tensors)

    async def _ask(self, question: Question) -> Predicted:
        if question.form != "rows" and not question.count:
            return Predicted(raw=b"[]")
        predicted: Predicted = await self._line.submit(question, size=max(1, question.count))
        if (note := noting.current.get()) is not None:
            predictions = Body(content=predicted.raw, name=self._output)
            note.hold(self.serving.model, inputs=_asked(question), predictions=predictions, rows=question.count)
        return predicted

    def _question(self, body: Any, keys: tuple[str, ...]) -> tuple[Question, tuple[str, ...]]:
        value = value_of(body, keys)
        params, method = self._params(body.get("params")), _method(body.get("method"))
        if self._validator is not None:
            batch = read_rows(value, validator=self._validator)
            columns = Question(form="columns", columns=batch.columns, count=batch.rows, params=params, method=method)
            return columns, batch.warnings
        if self._tensors is not None:
            tensors = read_tensors(value, self._tensors)
            self._check_count(_rows_of(tensors))
            count = _rows_of(tensors)
            return Question(form="tensors", tensors=tensors, count=count, params=params, method=method), ()
        self._check_count(len(value) if isinstance(value, list) else 1)
        return Question(form="rows", rows=value, params=params, method=method), ()

    def _of_csv(self, body: bytes) -> Question:
        columns, rows = columns_of(body, self._signature)
        if self._validator is not None:
            batch = self._validator.from_columns(columns, rows)
            return Question(form="columns", columns=batch.columns, count=batch.rows)
        self._check_count(rows)
        return Question(form="columns", columns=columns, count=rows)

    def _check_count(self, rows: int) -> None:
        most = self.serving.limits.rows
        if rows > most:
            message = _("The request has %(rows)s rows; this deployment takes at most %(most)s at once.") % {
                "rows": f"{rows:,}",
                "most": f"{most:,}",
            }
            raise Refusal("too_many_rows", message, hint=_("Send the rows in several requests."), status=413)

    def _params(self, given: Any) -> dict[str, Any]:
        """As the model's signature declares them."""
        if not given:
            return {}
        if not isinstance(given, Mapping):
            raise Refusal("wrong_shape", _("'params' is not an object of name and value."), status=422)
        for name in given:
            if name not in self._parameters:
                known = ", ".join(self._parameters) or "none"
                hint = nearest(str(name), self._parameters) or (_("Its parameters are: %(known)s.") % {"known": known})
                raise Refusal(
                    "unknown_parameter",
                    _("The model has no parameter '%(name)s'.") % {"name": name},
                    hint=hint,
                    status=422,
                )
        return dict(given)


def _asked(question: Question) -> Form:
    """Tensors by their names."""
    if question.form == "columns":
        return question.columns
    return Loose(value=question.tensors if question.form == "tensors" else question.rows, name="inputs")


def _method(given: Any) -> str:
    if given is None or given in METHODS:
        return given or ""
    hint = nearest(str(given), METHODS) or _('Ask for "predict" or "predict_proba".')
    raise Refusal("unknown_method", _("There is no method '%(given)s'.") % {"given": given}, hint=hint, status=422)


def _rows_of(tensors: Mapping[str, Any]) -> int:
    first: Any = next(iter(tensors.values()), [])
    return len(first) if isinstance(first, list) else 1

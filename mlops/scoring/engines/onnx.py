"""Scores with an ONNX session: one tensor per request column in, labels and probabilities out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from mlops.formats.model import ONNX_FILE, Field, Signature
from mlops.formats.refusal import Refusal, Where
from mlops.formats.serving import Serving
from mlops.formats.spoken import gettext as _
from mlops.scoring.batch import Batch, Columns
from mlops.scoring.engines.engine import score_together, without_nan
from mlops.scoring.engines.sessions import open_session

_INLINE_ROWS = 512
"""More rows than this are scored in a thread, so that health checks are answered meanwhile."""
_EPOCH = datetime(1970, 1, 1)
_DAY_SECONDS = 86_400.0
_FLOAT32_MOST = 3.4028235e38
_NUMBERS = {"quantile": "scores", "clustering": "scores", "anomaly": "scores"}
"""Outputs beside the labels of tasks other than classification."""
_NAMES = {"quantile": "Scored Quantile {}", "clustering": "DistancesToClusterCenter no.{}", "anomaly": "{}"}


class OnnxEngine:
    def __init__(self, folder: Path, *, serving: Serving, signature: Signature) -> None:
        self.trouble = "The model is being loaded."
        self.most = max(serving.limits.rows, _INLINE_ROWS)
        self._path = folder / "onnx" / ONNX_FILE
        self._serving = serving
        self._signature = signature
        self._session: Any = None
        self._numeric: tuple[Field, ...] = ()
        self._text: tuple[Field, ...] = ()
        self._outputs: list[str] = []

    async def lives(self) -> AsyncIterator[None]:
        try:
            await asyncio.to_thread(self._load)
        except Refusal as refusal:
            self.trouble = f"{refusal.message} {refusal.hint}".strip()
            return
        self.trouble = ""
        yield

    async def execute(self, jobs: Sequence[Batch]) -> Sequence[Columns | Exception]:
        return await score_together(jobs, self._score)

    def abandon(self) -> None:
        """A session cannot be interrupted; it ends by itself."""

    async def stop(self) -> None:
        self._session = None

    def _load(self) -> None:
        session = open_session(self._path, self._serving)
        inputs = [(self._field(node.name), node.type == "tensor(string)") for node in session.get_inputs()]
        self._numeric = tuple(field for field, is_text in inputs if not is_text)
        self._text = tuple(field for field, is_text in inputs if is_text)
        self._outputs = [node.name for node in session.get_outputs()]
        second = _NUMBERS.get(self._serving.task, "probabilities" if self._serving.classes else "scored_labels")
        needed = {"scored_labels", second}
        missing = needed - set(self._outputs)
        if missing:
            raise Refusal(
                "model_broken",
                _("onnx/%(onnx_file)s lacks the output %(names)s.")
                % {"onnx_file": ONNX_FILE, "names": ", ".join(sorted(missing))},
            )
        self._session = session

    def _field(self, name: str) -> Field:
        field = self._signature.input(name)
        if field is None:
            raise Refusal(
                "model_broken",
                _("onnx/%(onnx_file)s needs '%(name)s', which the signature does not have.")
                % {"onnx_file": ONNX_FILE, "name": name},
            )
        return field

    async def _score(self, batch: Batch) -> Columns:
        if batch.rows > _INLINE_ROWS:
            return await asyncio.to_thread(self._run, batch)
        return self._run(batch)

    def _run(self, batch: Batch) -> Columns:
        feed = _numbers(self._numeric, batch.columns)
        for field in self._text:
            feed[field.name] = _texts(batch.columns[field.name])
        try:
            results = dict(zip(self._outputs, self._session.run(None, feed), strict=True))
        except Exception as error:
            raise Refusal("scoring_failed", f"onnxruntime: {error}", status=502) from error
        return _columns(results, self._serving, self._signature)


def _numbers(fields: Sequence[Field], columns: Columns) -> dict[str, Any]:
    """All numeric columns through one matrix: a call for each column would cost more than most models."""
    import numpy as np

    if not fields:
        return {}
    wide = np.array([_as_numbers(field, columns[field.name]) for field in fields], dtype=np.float64)
    too_large = np.abs(wide) > _FLOAT32_MOST
    if too_large.any():
        place, row = (int(found) for found in np.argwhere(too_large)[0])
        name, value = fields[place].name, repr(columns[fields[place].name][row])
        raise Refusal(
            "number_too_large",
            _("row %(row)s, column '%(name)s': %(value)s is larger than the model can take.")
            % {"row": row + 1, "name": name, "value": value},
            status=422,
            where=Where(row=row, column=name, value=value),
        )
    narrow = wide.astype(np.float32)[:, :, np.newaxis]
    return {field.name: narrow[place] for place, field in enumerate(fields)}


def _texts(values: list[Any]) -> Any:
    import numpy as np

    return np.array([value or "" for value in values], dtype=object).reshape(-1, 1)


def _as_numbers(field: Field, values: list[Any]) -> list[Any]:
    """Missing values become NaN in numpy; a date is its days since 1970-01-01."""
    if field.type != "date":
        return values
    return [None if value is None else (value - _EPOCH).total_seconds() / _DAY_SECONDS for value in values]


def _columns(results: dict[str, Any], serving: Serving, signature: Signature) -> Columns:
    labels = results["scored_labels"].reshape(-1)
    if serving.task in _NUMBERS:
        return _numbered(serving, labels, results[_NUMBERS[serving.task]])
    if not serving.classes:
        return {"Scored Labels": without_nan(labels.tolist())}
    names = class_labels(serving.classes, signature)
    columns: Columns = {"Scored Labels": [names[index] for index in labels.tolist()]}
    probabilities = results["probabilities"]
    if serving.task == "two_class":
        columns["Scored Probabilities"] = without_nan(probabilities[:, 1].tolist())
        return columns
    for index, name in enumerate(serving.classes):
        columns[f'Scored Probabilities for Class "{name}"'] = without_nan(probabilities[:, index].tolist())
    return columns


def _numbered(serving: Serving, labels: Any, numbers: Any) -> Columns:
    """Quantiles, assignments with distances, and anomalies, under the names of mlops/blocks/score_columns.py."""
    label = "Assignments" if serving.task == "clustering" else "Scored Labels"
    columns: Columns = {label: without_nan(labels.tolist())}
    names = [_NAMES[serving.task].format(each) for each in serving.classes] or ["Scored Probabilities"]
    for place, name in enumerate(names):
        columns[name] = without_nan(numbers[:, place].tolist())
    return columns


def class_labels(classes: Sequence[str], signature: Signature) -> list[Any]:
    """Class names in the type of the label column."""
    kind = next((field.type for field in signature.outputs if field.name == "Scored Labels"), "string")
    if kind == "integer":
        return [int(float(name)) for name in classes]
    if kind == "decimal":
        return [float(name) for name in classes]
    if kind == "boolean":
        return [name.strip().lower() in ("true", "1") for name in classes]
    return list(classes)

"""Scores with any ONNX graph: what it takes and gives is read from the graph itself."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from mlops.formats.model import Field, Signature
from mlops.formats.refusal import Refusal
from mlops.formats.serving import Serving
from mlops.formats.spoken import gettext as _
from mlops.formats.table import ColumnType
from mlops.formats.tensor import DataType, Tensor, TensorSignature
from mlops.scoring.children.encoding import plain
from mlops.scoring.engines.sessions import open_session
from mlops.scoring.questions import Predicted, Question

_INLINE_ROWS = 64
_TYPES: dict[str, DataType] = {
    "bool": "bool", "int8": "int8", "int16": "int16", "int32": "int32", "int64": "int64", "uint8": "uint8",
    "uint16": "uint16", "uint32": "uint32", "uint64": "uint64", "float16": "float16", "float": "float32",
    "double": "float64", "string": "string",
}  # fmt: skip
_COLUMNS: dict[str, ColumnType] = {"b": "boolean", "i": "integer", "u": "integer", "f": "decimal", "s": "string"}


class GraphEngine:
    """What waits together is one run where the graph's first dimension is free, as it is for a batch."""

    def __init__(self, path: Path, *, serving: Serving) -> None:
        self.trouble = "The model is being loaded."
        self.most = serving.limits.rows
        self._path, self._serving = path, serving
        self._session: Any = None
        self._inputs: tuple[Tensor, ...] = ()
        self._outputs: tuple[str, ...] = ()
        self._joins = True

    @property
    def signature(self) -> Signature | None:
        """Where there are several inputs and each is one column: [rows, 1] or [rows]."""
        if len(self._inputs) < 2 or not all(_is_column(one) for one in self._inputs):
            return None
        return Signature(
            inputs=tuple(Field(name=one.name, type=_COLUMNS[one.type[0]], required=True) for one in self._inputs),
            outputs=(),
        )

    @property
    def tensors(self) -> TensorSignature:
        outputs = [node for node in self._session.get_outputs() if node.type.startswith("tensor")]
        return TensorSignature(inputs=self._inputs, outputs=tuple(_tensor(node, "") for node in outputs))

    async def lives(self) -> AsyncIterator[None]:
        try:
            await asyncio.to_thread(self._load)
        except Refusal as refusal:
            self.trouble = f"{refusal.message} {refusal.hint}".strip()
            return
        self.trouble = ""
        yield

    async def execute(self, jobs: Sequence[Question]) -> Sequence[Predicted | Exception]:
        if len(jobs) > 1 and self._joins and all(job.count for job in jobs):
            together = await self._together(jobs)
            if together is not None:
                return together
        return [await self._alone(job) for job in jobs]

    def abandon(self) -> None:
        """A session cannot be interrupted; it ends by itself."""

    async def stop(self) -> None:
        self._session = None

    def _load(self) -> None:
        session = open_session(self._path, self._serving)
        self._inputs = tuple(_tensor(node, self._path.name) for node in session.get_inputs())
        self._outputs = tuple(node.name for node in session.get_outputs())
        self._joins = all(one.shape and one.shape[0] == -1 for one in self._inputs)
        self._session = session

    async def _together(self, jobs: Sequence[Question]) -> list[Predicted | Exception] | None:
        """None where they cannot be one run, or where one of them fails."""
        import numpy as np

        feeds = [self._feed(job) for job in jobs]
        total = sum(job.count for job in jobs)
        try:
            feed = {name: np.concatenate([one[name] for one in feeds]) for name in feeds[0]}
            results = await self._run(feed, total)
        except (Refusal, ValueError):
            return None
        if not all(len(value) == total for value in results.values()):
            self._joins = False
            return None
        parts: list[Predicted | Exception] = []
        start = 0
        for job in jobs:
            part = {name: value[start : start + job.count] for name, value in results.items()}
            parts.append(Predicted(raw=_encoded(part, job.count)))
            start += job.count
        return parts

    async def _alone(self, question: Question) -> Predicted | Exception:
        try:
            results = await self._run(self._feed(question), question.count)
        except Refusal as refusal:
            return refusal
        return Predicted(raw=_encoded(results, question.count))

    def _feed(self, question: Question) -> dict[str, Any]:
        import numpy as np

        feed: dict[str, Any] = {}
        for tensor in self._inputs:
            given = question.columns[tensor.name] if question.form == "columns" else question.tensors[tensor.name]
            array = np.array(given, dtype=object if tensor.type == "string" else tensor.type)
            is_wide = question.form == "columns" and len(tensor.shape or ()) == 2
            feed[tensor.name] = array.reshape(-1, 1) if is_wide else array
        return feed

    async def _run(self, feed: dict[str, Any], rows: int) -> dict[str, Any]:
        def run() -> dict[str, Any]:
            try:
                results = self._session.run(None, feed)
            except Exception as error:
                raise Refusal("scoring_failed", f"onnxruntime: {_first_line(error)}", status=422) from error
            return dict(zip(self._outputs, results, strict=True))

        return run() if 0 < rows <= _INLINE_ROWS else await asyncio.to_thread(run)


def _encoded(results: dict[str, Any], rows: int) -> bytes:
    """One object a row where every output has one entry a row; else the outputs as they are."""
    if all(len(value) == rows for value in results.values() if hasattr(value, "__len__")):
        columns = {name: _column(value) for name, value in results.items()}
        records = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        return msgspec.json.encode(records, enc_hook=plain)
    return msgspec.json.encode(results, enc_hook=plain)


def _column(value: Any) -> list[Any]:
    """[rows, 1] as plain values; a sequence of maps (class to probability) with its keys as texts."""
    if hasattr(value, "ndim"):
        return list(value.reshape(-1).tolist() if value.ndim == 2 and value.shape[1] == 1 else value.tolist())
    return [{str(key): one for key, one in row.items()} if isinstance(row, dict) else row for row in value]


def _tensor(node: Any, file: str) -> Tensor:
    found = re.fullmatch(r"tensor\((\w+)\)", node.type)
    if found is None or found[1] not in _TYPES:
        raise Refusal(
            "model_broken",
            _("%(file)s: the input '%(name)s' is a %(type)s, which no request can hold.")
            % {"file": file, "name": node.name, "type": node.type},
            hint=_("Export the model with tensors as its inputs."),
        )
    shape = tuple(size if isinstance(size, int) and size > 0 else -1 for size in node.shape)
    return Tensor(name=node.name, type=_TYPES[found[1]], shape=shape)


def _is_column(tensor: Tensor) -> bool:
    shape = tensor.shape or ()
    return shape[:1] in ((-1,), (1,)) and (len(shape) == 1 or (len(shape) == 2 and shape[1] == 1))


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:500]

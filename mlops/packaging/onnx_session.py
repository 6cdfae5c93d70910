"""Runs a compiled model on Polars rows as the scoring server does. For child processes only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import onnxruntime as ort

from mlops.formats.model import Signature

EPOCH = datetime(1970, 1, 1)
Columns = dict[str, list[Any]]


class CompiledModel:
    def __init__(self, content: bytes, signature: Signature) -> None:
        self._signature = signature
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        self._given = {one.name for one in self._session.get_inputs()}
        self._types = {field.name: field.type for field in signature.inputs}

    def again(self, content: bytes) -> CompiledModel:
        """Another form of the same model."""
        return CompiledModel(content, self._signature)

    def dtypes(self) -> dict[str, str]:
        """Of inputs (at most 20) and outputs, such as `tensor(float)`."""
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        return {one.name: one.type for one in [*inputs[:20], *outputs]}

    def run(self, columns: Columns) -> dict[str, Any]:
        """Output name to array; `columns` holds plain Python values, None for a missing one."""
        feed = {name: _tensor(columns[name], type_) for name, type_ in self._types.items() if name in self._given}
        names = [output.name for output in self._session.get_outputs()]
        return dict(zip(names, self._session.run(names, feed), strict=True))


def _tensor(values: list[Any], type_: str) -> Any:
    if type_ == "string":
        return np.array([value or "" for value in values], dtype=object).reshape(-1, 1)
    if type_ == "date":
        values = [None if value is None else (value - EPOCH).total_seconds() / 86_400 for value in values]
    return np.array(values, dtype=np.float64).astype(np.float32).reshape(-1, 1)

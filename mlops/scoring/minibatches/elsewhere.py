"""Tables scored by models that were not trained here: MLflow's pyfunc, a framework's file, or any ONNX graph."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.formats.batch import ScoringOrder
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.scoring.children.faults import Fault
from mlops.scoring.children.pipe import Answer
from mlops.scoring.minibatches.inner import Inner

if TYPE_CHECKING:
    import polars as pl

Score = Callable[["pl.DataFrame"], "pl.DataFrame"]
PREDICTION = "prediction"


def load_elsewhere(order: ScoringOrder, folder: Path) -> Score:
    if order.graph:
        return _of_graph(folder / order.graph)
    answer: Answer
    try:
        if order.python:
            inner = Inner(order.python, "mlops.scoring.children.mlflow", str(folder / "model"))
            answer, about = inner.ask, inner.about
        elif order.entry == "mlflow":
            from mlops.scoring.children import mlflow

            answer, about = mlflow.load(str(folder / "model"), "predict")
        else:
            from mlops.scoring.children import framework

            answer, about = framework.load(str(folder / "model"), order.framework, "predict")
    except Fault as fault:
        raise _refusal(fault) from fault
    features: list[str] = about.get("features") or []

    def score(request: pl.DataFrame) -> pl.DataFrame:
        wanted = request.select([name for name in features if name in request.columns]) if features else request
        columns = {name: wanted[name].to_list() for name in wanted.columns}
        try:
            _told, raw = answer({"form": "columns", "columns": columns, "count": request.height}, b"")
        except Fault as fault:
            raise _refusal(fault) from fault
        return table_of(msgspec.json.decode(raw), rows=request.height)

    return score


def table_of(value: Any, *, rows: int) -> pl.DataFrame:
    """Predictions as columns: one value a row is `prediction`, several are `prediction_1`, …, named ones keep their
    names. Raises Refusal `not_row_by_row`."""
    import polars as pl

    if isinstance(value, dict) and all(isinstance(one, list) and len(one) == rows for one in value.values()):
        return pl.DataFrame(value, strict=False)
    if not isinstance(value, list) or len(value) != rows:
        raise Refusal(
            "not_row_by_row",
            _("The model gave no prediction for each of %(rows)s rows.") % {"rows": rows},
            hint=_("Deploy it with a scoring script that says what belongs to which row."),
            status=502,
        )
    if value and isinstance(value[0], dict):
        return pl.DataFrame(value, infer_schema_length=None, strict=False)
    if value and isinstance(value[0], list):
        width = max(len(one) for one in value)
        cells = {f"{PREDICTION}_{n + 1}": [one[n] if n < len(one) else None for one in value] for n in range(width)}
        return pl.DataFrame(cells, strict=False)
    return pl.DataFrame({PREDICTION: value}, strict=False)


def _of_graph(path: Path) -> Score:
    """A graph takes one column by each of its inputs, or all columns as one matrix."""
    import numpy as np
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise Refusal(
            "model_broken", _("onnxruntime cannot load %(name)s: %(error)s") % {"name": path.name, "error": error}
        ) from error
    inputs = session.get_inputs()
    types = {one.name: _TYPES.get(one.type, np.dtype("float32")) for one in inputs}
    outputs = [one.name for one in session.get_outputs()]

    def score(request: pl.DataFrame) -> pl.DataFrame:
        if len(inputs) == 1 and inputs[0].name not in request.columns:
            feed = {inputs[0].name: request.to_numpy().astype(types[inputs[0].name])}
        else:
            absent = next((one.name for one in inputs if one.name not in request.columns), None)
            if absent is not None:
                message = _("The input has no column “%(absent)s”, which the graph needs.") % {"absent": absent}
                raise Refusal("missing_column", message, status=422, where=Where(column=absent))
            feed = {name: _cells(request[name], kind) for name, kind in types.items()}
        try:
            results = session.run(None, feed)
        except Exception as error:
            raise Refusal("scoring_failed", f"onnxruntime: {str(error).splitlines()[0]}", status=422) from error
        return _side_by_side(dict(zip(outputs, results, strict=True)), rows=request.height)

    return score


_TYPES: dict[str, Any] = {
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
    "tensor(bool)": "bool",
    "tensor(string)": object,
}


def _cells(values: pl.Series, kind: Any) -> Any:
    filled = values.fill_null("") if kind is object else values
    return filled.to_numpy().astype(kind).reshape(-1, 1)


def _side_by_side(results: dict[str, Any], *, rows: int) -> pl.DataFrame:
    import polars as pl

    parts = []
    for name, value in results.items():
        plain = value.tolist() if hasattr(value, "tolist") else value
        if plain and isinstance(plain[0], list) and len(plain[0]) == 1:
            plain = [one[0] for one in plain]
        if plain and isinstance(plain[0], dict):
            plain = [{f"{name} {key}": one for key, one in row.items()} for row in plain]
        table = table_of(plain, rows=rows)
        parts.append(table.rename({column: column.replace(PREDICTION, name, 1) for column in table.columns}))
    return pl.concat(parts, how="horizontal")


def _refusal(fault: Fault) -> Refusal:
    where = msgspec.convert({key: one for key, one in fault.where.items() if one is not None}, Where, strict=False)
    return Refusal(fault.code, fault.message, hint=fault.hint, status=fault.status, where=where)

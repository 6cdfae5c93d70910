"""Scores tables with an ONNX session: columns go in and come out as arrays, without a Python object for each cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops.formats.batch import ScoringOrder
from mlops.formats.model import ONNX_FILE
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.scoring.engines.onnx import _NAMES, _NUMBERS, class_labels

if TYPE_CHECKING:
    import polars as pl

Score = Callable[["pl.DataFrame"], "pl.DataFrame"]

_DAY_MICROSECONDS = 86_400e6


def load_onnx(order: ScoringOrder, folder: Path) -> Score:
    """The result scores a table of the signature's columns in their types. Raises Refusal `model_missing`,
    `model_broken`."""
    import onnxruntime as ort

    path = folder / "onnx" / ONNX_FILE
    if not path.is_file():
        raise Refusal(
            "model_missing",
            _("onnx/%(onnx_file)s is not in the folder.") % {"onnx_file": ONNX_FILE},
            hint=_("Deploy the model again."),
        )
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise Refusal(
            "model_broken",
            _("onnxruntime cannot load onnx/%(onnx_file)s: %(error)s") % {"onnx_file": ONNX_FILE, "error": error},
        ) from error
    inputs = [(node.name, node.type == "tensor(string)") for node in session.get_inputs()]
    outputs = [node.name for node in session.get_outputs()]

    def score(request: pl.DataFrame) -> pl.DataFrame:
        feed = {name: _texts(request[name]) if is_text else _numbers(request[name]) for name, is_text in inputs}
        try:
            results = dict(zip(outputs, session.run(None, feed), strict=True))
        except Exception as error:
            raise Refusal("scoring_failed", f"onnxruntime: {error}", status=502) from error
        return _columns(results, order)

    return score


def _numbers(values: pl.Series) -> Any:
    """A column of 32-bit floats; missing is NaN, a date its days since 1970-01-01."""
    import numpy as np
    import polars as pl

    if isinstance(values.dtype, pl.Datetime):
        wide = values.to_physical().cast(pl.Float64).to_numpy() / _DAY_MICROSECONDS
    else:
        wide = values.cast(pl.Float64).to_numpy()
    return wide.astype(np.float32).reshape(-1, 1)


def _texts(values: pl.Series) -> Any:
    import numpy as np

    return np.asarray(values.fill_null("").to_numpy(), dtype=object).reshape(-1, 1)


def _columns(results: dict[str, Any], order: ScoringOrder) -> pl.DataFrame:
    """Under the names that a scoring server answers with."""
    import polars as pl

    labels = results["scored_labels"].reshape(-1)
    if order.task in _NUMBERS:
        numbers = results[_NUMBERS[order.task]]
        label = "Assignments" if order.task == "clustering" else "Scored Labels"
        names = [_NAMES[order.task].format(each) for each in order.classes] or ["Scored Probabilities"]
        return pl.DataFrame([_series(label, labels)] + [_series(n, numbers[:, k]) for k, n in enumerate(names)])
    if not order.classes:
        return pl.DataFrame([_series("Scored Labels", labels)])
    assert order.signature is not None
    known = pl.Series(class_labels(order.classes, order.signature))
    named = known.gather(pl.Series(labels.astype("int64"))).alias("Scored Labels")
    probabilities = results["probabilities"]
    if order.task == "two_class":
        return pl.DataFrame([named, _series("Scored Probabilities", probabilities[:, 1])])
    each = [_series(f'Scored Probabilities for Class "{n}"', probabilities[:, k]) for k, n in enumerate(order.classes)]
    return pl.DataFrame([named, *each])


def _series(name: str, values: Any) -> pl.Series:
    import polars as pl

    found = pl.Series(name, values)
    return found.cast(pl.Float64).fill_nan(None) if found.dtype.is_float() else found

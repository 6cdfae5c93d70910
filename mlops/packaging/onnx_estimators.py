"""Fitted estimators as ONNX graphs by skl2onnx and onnxmltools, with what they get wrong set right.

Loads the estimators' libraries: for child processes only.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import ModelProto

from mlops.packaging.onnx_cells import not_convertible

OPSET = 19
ML_OPSET = 3
INPUT = "matrix"


@dataclass(frozen=True, kw_only=True)
class EstimatorGraph:
    """`double`: the input matrix is float64, else float32. `probabilities` is empty for a regression."""

    model: ModelProto
    double: bool
    scores: str
    probabilities: str


def convert_estimator(estimator: Any, *, width: int, is_classifier: bool) -> EstimatorGraph:
    """Raises Refusal `not_convertible` where neither library knows the estimator."""
    is_boosted = type(estimator).__module__.startswith("lightgbm")
    try:
        model = _boosted(estimator, width) if is_boosted else _scikit_learn(estimator, width, is_classifier)
    except Exception as error:  # the libraries raise whatever they met; each means the same to the person
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise not_convertible(f"{type(estimator).__name__} has no ONNX form ({reason[:300]}).") from error
    outputs = [output.name for output in model.graph.output]
    return EstimatorGraph(
        model=model,
        double=not is_boosted,
        scores=outputs[0],
        probabilities=outputs[1] if is_classifier else "",
    )


def _scikit_learn(estimator: Any, width: int, is_classifier: bool) -> ModelProto:
    """In double precision, as it was fitted: sums over large columns lose too much in float32."""
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import DoubleTensorType

    converted: ModelProto = convert_sklearn(
        estimator,
        initial_types=[(INPUT, DoubleTensorType([None, width]))],
        target_opset={"": OPSET, "ai.onnx.ml": ML_OPSET},
        options={id(estimator): {"zipmap": False}} if is_classifier else None,
    )
    return converted


def _boosted(estimator: Any, width: int) -> ModelProto:
    from onnxmltools.convert import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    converted: ModelProto = convert_lightgbm(
        _with_float32_thresholds(estimator),
        initial_types=[(INPUT, FloatTensorType([None, width]))],
        target_opset=15,
        zipmap=False,
    )
    return converted


def _with_float32_thresholds(estimator: Any) -> Any:
    """A copy whose thresholds are the largest float32 at or below the original ones.

    For float32 values `x <= threshold` stays the same; rounded to nearest it would not, where a threshold lies
    between float32 neighbours."""
    from lightgbm import Booster

    lines = estimator.booster_.model_to_string().split("\n")
    sizeless = [line for line in lines if not line.startswith("tree_sizes=")]
    rounded = [_rounded_down(line) if line.startswith("threshold=") else line for line in sizeless]
    twin = copy.copy(estimator)
    twin._Booster = Booster(model_str="\n".join(rounded))
    return twin


def _rounded_down(line: str) -> str:
    values = np.array(line.removeprefix("threshold=").split(), dtype=np.float64)
    near = values.astype(np.float32)
    below = np.where(near > values, np.nextafter(near, np.float32(-np.inf)), near)
    return "threshold=" + " ".join(repr(float(value)) for value in below)

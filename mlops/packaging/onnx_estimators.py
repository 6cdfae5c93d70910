"""Fitted estimators as ONNX graphs by skl2onnx and onnxmltools, with what they get wrong set right.

Loads the estimators' libraries: for child processes only.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import ModelProto

from mlops.formats.model import Task
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.packaging import onnx_composed as composed
from mlops.packaging.onnx_cells import not_convertible
from mlops.packaging.onnx_composed import INPUT, ML_OPSET, NUMBERS, OPSET, Sketch
from mlops.packaging.onnx_histograms import histograms

CLASSES = ("two_class", "multiclass")


@dataclass(frozen=True, kw_only=True)
class EstimatorGraph:
    """`double`: the input matrix is float64, else float32. `numbers`: its output of predictions [rows, 1],
    probabilities [rows, classes], quantiles, distances to centres, or scores of an anomaly [rows, 1]."""

    model: ModelProto
    double: bool
    numbers: str


def convert_estimator(estimator: Any, *, width: int, task: Task, narrow: bool = False) -> EstimatorGraph:
    """Raises Refusal `not_convertible` where no library knows the estimator."""
    try:
        return _converted(estimator, width, task, narrow=narrow)
    except Refusal:
        raise
    except Exception as error:  # the libraries raise whatever they met; each means the same to the person
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise not_convertible(
            _("%(name)s has no ONNX form (%(reason)s).") % {"name": type(estimator).__name__, "reason": reason[:300]}
        ) from error


def _converted(estimator: Any, width: int, task: Task, *, narrow: bool = False) -> EstimatorGraph:
    own = _OWN.get(type(estimator).__name__)
    if own is not None:
        return own(estimator, width)
    if type(estimator).__module__.partition(".")[0] in _BOOSTED:
        return booster_graph(estimator, width=width, task=task)
    model = _scikit_learn(estimator, width, task in CLASSES, double=not narrow)
    outputs = [output.name for output in model.graph.output]
    return EstimatorGraph(model=model, double=not narrow, numbers=outputs[0 if task == "regression" else 1])


def booster_graph(estimator: Any, *, width: int, task: Task) -> EstimatorGraph:
    """Of LightGBM or XGBoost, with or without the face of scikit-learn."""
    model = _BOOSTED[type(estimator).__module__.partition(".")[0]](estimator, width)
    outputs = [output.name for output in model.graph.output]
    return EstimatorGraph(model=model, double=False, numbers=outputs[0 if task == "regression" else 1])


def _one_vs_all(estimator: Any, width: int) -> EstimatorGraph:
    sketch, chances = _chances(estimator, width)
    return _finished(sketch, composed.one_vs_all(sketch, chances))


def _one_vs_one(estimator: Any, width: int) -> EstimatorGraph:
    sketch, chances = _chances(estimator, width)
    return _finished(sketch, composed.one_vs_one(sketch, chances, estimator.pairs, estimator.classes))


def _chances(estimator: Any, width: int) -> tuple[Sketch, list[str]]:
    """Of class 1 of each estimator inside, [rows, 1]."""
    parts = [_converted(each, width, "two_class") for each in estimator.estimators]
    sketch = Sketch(double=parts[0].double)
    both = [sketch.insert(part.model, part.numbers, place) for place, part in enumerate(parts)]
    return sketch, [sketch.column(each, 1) for each in both]


def _quantiles(estimator: Any, width: int) -> EstimatorGraph:
    parts = [_converted(each, width, "regression") for each in estimator.forests]
    sketch = Sketch(double=parts[0].double)
    means = [
        sketch.add("Mul", sketch.insert(part.model, part.numbers, place), sketch.constant(_mean_factor(forest)))
        for place, (part, forest) in enumerate(zip(parts, estimator.forests, strict=True))
    ]
    return _finished(sketch, composed.quantiles(sketch, means))


def _mean_factor(forest: Any) -> float:
    """onnxmltools divides the sum of a forest's trees by 100, however many there are."""
    return 100 / int(forest.booster_.num_trees())


def _main_directions(estimator: Any, width: int) -> EstimatorGraph:
    sketch = Sketch(double=True)
    return _finished(sketch, composed.main_directions(sketch, estimator))


def _isolation(estimator: Any, width: int) -> EstimatorGraph:
    model = _scikit_learn(estimator.forest, width, is_classifier=False, double=False)
    sketch = Sketch(double=False)
    decision = sketch.insert(model, model.graph.output[1].name, 0)
    return _finished(sketch, composed.isolation(sketch, decision, estimator))


def _boundary(estimator: Any, width: int) -> EstimatorGraph:
    sketch = Sketch(double=True)
    return _finished(sketch, composed.boundary(sketch, estimator))


def _histograms(estimator: Any, width: int) -> EstimatorGraph:
    sketch = Sketch(double=False)
    return _finished(sketch, histograms(sketch, estimator))


def _finished(sketch: Sketch, numbers: str) -> EstimatorGraph:
    return EstimatorGraph(model=sketch.finished(numbers), double=sketch.double, numbers=NUMBERS)


_OWN: dict[str, Callable[[Any, int], EstimatorGraph]] = {
    "OneVsAll": _one_vs_all,
    "OneVsOne": _one_vs_one,
    "Quantiles": _quantiles,
    "MainDirections": _main_directions,
    "Isolation": _isolation,
    "Boundary": _boundary,
    "HistGradientBoostingClassifier": _histograms,
    "HistGradientBoostingRegressor": _histograms,
}
"""By the estimator's class: ours, and those that skl2onnx cannot write."""


def _scikit_learn(estimator: Any, width: int, is_classifier: bool, *, double: bool = True) -> ModelProto:
    """In double precision, as it was fitted: sums over large columns lose too much in float32."""
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

    kind = DoubleTensorType if double else FloatTensorType

    converted: ModelProto = convert_sklearn(
        estimator,
        initial_types=[(INPUT, kind([None, width]))],
        target_opset={"": OPSET, "ai.onnx.ml": ML_OPSET},
        options={id(estimator): {"zipmap": False}} if is_classifier else None,
    )
    return converted


def _xgboost(estimator: Any, width: int) -> ModelProto:
    """It compares in float32 itself, so its thresholds need no care. The converter knows no names of columns."""
    from onnxmltools.convert import convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    booster = estimator.get_booster() if hasattr(estimator, "get_booster") else estimator
    kind = json.loads(booster.save_config())["learner"]["gradient_booster"]["name"]
    if kind != "gbtree":
        raise not_convertible(_("XGBoost's booster “%(kind)s” has no ONNX form.") % {"kind": kind})
    if booster.feature_names is not None:
        estimator = copy.deepcopy(estimator)
        (estimator.get_booster() if hasattr(estimator, "get_booster") else estimator).feature_names = None
    converted: ModelProto = convert_xgboost(
        estimator, initial_types=[(INPUT, FloatTensorType([None, width]))], target_opset=15
    )
    return converted


def _boosted(estimator: Any, width: int) -> ModelProto:
    from onnxmltools.convert import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    converted: ModelProto = convert_lightgbm(
        with_float32_thresholds(estimator),
        initial_types=[(INPUT, FloatTensorType([None, width]))],
        target_opset=15,
        zipmap=False,
    )
    return converted


def with_float32_thresholds(estimator: Any) -> Any:
    """A copy whose thresholds are the largest float32 at or below the original ones.

    For float32 values `x <= threshold` stays the same; rounded to nearest it would not, where a threshold lies
    between float32 neighbours."""
    from lightgbm import Booster

    lines = getattr(estimator, "booster_", estimator).model_to_string().split("\n")
    sizeless = [line for line in lines if not line.startswith("tree_sizes=")]
    rounded = [_rounded_down(line) if line.startswith("threshold=") else line for line in sizeless]
    booster = Booster(model_str="\n".join(rounded))
    if isinstance(estimator, Booster):
        return booster
    twin = copy.copy(estimator)
    twin._Booster = booster
    return twin


def _rounded_down(line: str) -> str:
    values = np.array(line.removeprefix("threshold=").split(), dtype=np.float64)
    near = values.astype(np.float32)
    below = np.where(near > values, np.nextafter(near, np.float32(-np.inf)), near)
    return "threshold=" + " ".join(repr(float(value)) for value in below)


_BOOSTED: dict[str, Callable[[Any, int], ModelProto]] = {"lightgbm": _boosted, "xgboost": _xgboost}

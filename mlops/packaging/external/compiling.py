"""A scikit-learn, LightGBM or XGBoost model from elsewhere as one ONNX graph with our inputs and outputs.

Inputs: one tensor [rows, 1] a column, float32 or text; a missing number is NaN. Outputs as onnx_graph has them. What
the converters get wrong by themselves is set right by options; which of the ways is right is for the comparison to
say, so that several are offered, the quicker one first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import onnx
from onnx import ModelProto, TensorProto, compose, helper

from mlops.formats.model import Field, ModelManifest
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.packaging.external.columns import takes_names, takes_text
from mlops.packaging.external.networks import Network
from mlops.packaging.external.original import Original
from mlops.packaging.external.sources import no_form
from mlops.packaging.onnx_columns import PREFIX
from mlops.packaging.onnx_composed import ML_OPSET, OPSET
from mlops.packaging.onnx_estimators import EstimatorGraph, convert_estimator, with_float32_thresholds
from mlops.packaging.onnx_graph import IR_VERSION, finish

MATRIX = "matrix"
INNER = "model/"
TORCH_OPSET = 18
BOOSTED = ("lightgbm", "xgboost")


def compiled_ways(original: Original) -> Iterator[tuple[str, ModelProto]]:
    """Ways to write the model, each with what it is in words. Raises Refusal `not_convertible` where there is none."""
    failed: Refusal | None = None
    offered = False
    is_narrow = _is_of_trees(original.estimator) or isinstance(original.estimator, Network)
    for double in (False,) if is_narrow else (False, True):
        told = "numbers as float64 inside" if double else "numbers as float32 inside"
        try:
            model = _compiled(original, double=double)
        except Refusal as refusal:
            failed = failed or refusal
            continue
        offered = True
        yield told, model
    if not offered and failed is not None:
        raise failed


def _compiled(original: Original, *, double: bool) -> ModelProto:
    estimator, manifest = original.estimator, original.manifest
    fields = manifest.signature.inputs
    try:
        if isinstance(estimator, Network):
            converted, inputs = _network(estimator), [MATRIX]
        elif _is_of_trees(estimator):
            converted, inputs = convert_estimator(estimator, width=len(fields), task=manifest.task), [MATRIX]
        else:
            converted, inputs = _scikit_learn(estimator, manifest, double=double)
        merged = _merged(fields, converted, inputs)
        finish(merged, manifest, replace(converted, numbers=f"{INNER}{converted.numbers}"))
        onnx.checker.check_model(merged, full_check=True)
        _loads(merged)
    except Refusal:
        raise
    except Exception as error:  # the libraries raise whatever they met; each means the same to the person
        lines = str(error).strip().splitlines()
        reason = lines[0][:300] if lines else type(error).__name__
        name = type(estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator).__name__
        raise no_form(
            _("%(name)s cannot be written as ONNX (%(reason)s).") % {"name": name, "reason": reason}
        ) from error
    return merged


def _loads(model: ModelProto) -> None:
    """onnxruntime lacks some operators in double precision, and says so when it loads them."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def _network(estimator: Network) -> EstimatorGraph:
    """At torch's newest version, whose operators are the same in ours."""
    return EstimatorGraph(model=estimator.as_onnx(opset=TORCH_OPSET), double=False, numbers="numbers")


def _is_of_trees(estimator: Any) -> bool:
    """Models whose own converters are in onnx_estimators; they compare float32 numbers."""
    name = type(estimator).__name__
    return type(estimator).__module__.partition(".")[0] in BOOSTED or name.startswith("HistGradientBoosting")


def _scikit_learn(estimator: Any, manifest: ModelManifest, *, double: bool) -> tuple[EstimatorGraph, list[str]]:
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType

    _know_boosters()
    estimator = _with_rounded_boosters(estimator)
    number = DoubleTensorType if double else FloatTensorType
    fields = manifest.signature.inputs
    if takes_text(estimator):
        kinds: list[tuple[str, Any]] = [(MATRIX, StringTensorType([None, 1]))]
    elif _by_column(estimator, fields):
        kinds = [
            (f"column{place}", StringTensorType([None, 1]) if field.type == "string" else number([None, 1]))
            for place, field in enumerate(fields)
        ]
        estimator = _renamed(estimator, fields)
    else:
        kinds = [(MATRIX, number([None, len(fields)]))]
    model = convert_sklearn(
        estimator,
        initial_types=kinds,
        target_opset={"": OPSET, "ai.onnx.ml": ML_OPSET},
        options=_options(estimator, classifies=bool(manifest.classes) and manifest.task != "clustering"),
    )
    outputs = [output.name for output in model.graph.output]
    numbers = outputs[0] if manifest.task == "regression" else outputs[1]
    graph = EstimatorGraph(model=model, double=double, numbers=numbers)
    return graph, [name for name, _kind in kinds]


def _with_rounded_boosters(estimator: Any) -> Any:
    """LightGBM inside a pipeline, with the thresholds that onnx_estimators gives it outside of one."""
    if not hasattr(estimator, "steps") or type(estimator.steps[-1][1]).__module__.partition(".")[0] != "lightgbm":
        return estimator
    import copy

    twin = copy.copy(estimator)
    name, last = estimator.steps[-1]
    twin.steps = [*estimator.steps[:-1], (name, with_float32_thresholds(last))]
    return twin


def _by_column(estimator: Any, fields: Sequence[Field]) -> bool:
    """Columns of several types, or picked by name, enter one by one."""
    first = estimator
    while hasattr(first, "steps"):
        first = first.steps[0][1]
    is_picked = type(first).__name__ == "ColumnTransformer" and takes_names(estimator)
    return is_picked or any(field.type == "string" for field in fields)


def _renamed(estimator: Any, fields: Sequence[Field]) -> Any:
    """A copy whose column names are plain: skl2onnx takes them for names in the graph."""
    import copy

    plain = {field.name: f"column{place}" for place, field in enumerate(fields)}
    twin = copy.deepcopy(estimator)
    for part in _all_parts(twin):
        if type(part).__name__ == "ColumnTransformer":
            part.transformers_ = [
                (name, inner, [plain.get(one, one) for one in columns] if _names(columns) else columns)
                for name, inner, columns in (
                    (name, inner, [columns] if isinstance(columns, str) else columns)
                    for name, inner, columns in part.transformers_
                )
            ]
        if hasattr(part, "feature_names_in_"):
            try:
                part.feature_names_in_ = type(part.feature_names_in_)(
                    [plain.get(one, one) for one in part.feature_names_in_], dtype=object
                )
            except (TypeError, AttributeError):
                continue
    return twin


def _names(columns: Any) -> bool:
    return isinstance(columns, list) and all(isinstance(one, str) for one in columns)


def _options(estimator: Any, *, classifies: bool) -> dict[Any, Any]:
    """Division instead of multiplication by a rounded reciprocal; texts split as Python does; plain probabilities."""
    found: dict[Any, Any] = {}
    for part in _all_parts(estimator):
        name = type(part).__name__
        if name == "StandardScaler":
            found[id(part)] = {"div": "div"}
        elif name in ("TfidfVectorizer", "CountVectorizer"):
            found[id(part)] = {"locale": "C"}
    if classifies:
        found[id(estimator)] = {**found.get(id(estimator), {}), "zipmap": False}
    return found


def _all_parts(estimator: Any) -> Iterator[Any]:
    yield estimator
    for _name, inner in getattr(estimator, "steps", ()) or ():
        yield from _all_parts(inner)
    for entry in getattr(estimator, "transformers_", ()) or ():
        if not isinstance(entry[1], str):
            yield from _all_parts(entry[1])
    for entry in getattr(estimator, "transformer_list", ()) or ():
        yield from _all_parts(entry[1])


@cache
def _know_boosters() -> None:
    """LightGBM and XGBoost inside pipelines of scikit-learn."""
    import contextlib

    from skl2onnx import update_registered_converter
    from skl2onnx.common.shape_calculator import (
        calculate_linear_classifier_output_shapes,
        calculate_linear_regressor_output_shapes,
    )

    classifier = {"nocl": [True, False], "zipmap": [True, False, "columns"]}
    with contextlib.suppress(ImportError):
        from lightgbm import LGBMClassifier, LGBMRegressor
        from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm

        for model, shapes, options in (
            (LGBMClassifier, calculate_linear_classifier_output_shapes, classifier),
            (LGBMRegressor, calculate_linear_regressor_output_shapes, {"split": None}),
        ):
            update_registered_converter(model, f"LightGbm{model.__name__}", shapes, convert_lightgbm, options=options)
    with contextlib.suppress(ImportError):
        from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost
        from xgboost import XGBClassifier, XGBRegressor

        update_registered_converter(
            XGBClassifier,
            "XGBoostXGBClassifier",
            calculate_linear_classifier_output_shapes,
            convert_xgboost,
            options=classifier,
        )
        update_registered_converter(
            XGBRegressor, "XGBoostXGBRegressor", calculate_linear_regressor_output_shapes, convert_xgboost
        )


def _merged(fields: Sequence[Field], converted: EstimatorGraph, inputs: Sequence[str]) -> ModelProto:
    """The columns, in the types that the model takes, before the model itself."""
    nodes, given, made = [], [], []
    kind = TensorProto.DOUBLE if converted.double else TensorProto.FLOAT
    for place, field in enumerate(fields):
        is_text = field.type == "string"
        given.append(
            helper.make_tensor_value_info(field.name, TensorProto.STRING if is_text else TensorProto.FLOAT, [None, 1])
        )
        name = f"{PREFIX}column{place}"
        if is_text:
            nodes.append(helper.make_node("Identity", [field.name], [name]))
        else:
            nodes.append(helper.make_node("Cast", [field.name], [name], to=kind))
        made.append(name)
    if list(inputs) == [MATRIX]:
        together = f"{PREFIX}{MATRIX}_in"
        nodes.append(
            helper.make_node("Identity", made, [together])
            if len(made) == 1
            else helper.make_node("Concat", made, [together], axis=1)
        )
        made = [together]
    types = dict.fromkeys(made, kind)
    if list(inputs) != [MATRIX] or any(field.type == "string" for field in fields):
        types = {
            name: TensorProto.STRING if field.type == "string" else kind
            for name, field in zip(made, fields, strict=True)
        }
    passed = [helper.make_tensor_value_info(name, types[name], [None, None]) for name in made]
    imports = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)]
    front = helper.make_model(helper.make_graph(nodes, "columns", given, passed), opset_imports=imports)
    front.ir_version = IR_VERSION
    inner = PREFIX + INNER
    graph = compose.add_prefix_graph(converted.model.graph, inner)
    del graph.value_info[:]
    also = [one for one in converted.model.opset_import if one.domain not in ("", "ai.onnx.ml")]
    imports = [*imports, *also]
    front.opset_import.extend(also)
    behind = helper.make_model(
        graph, opset_imports=imports, ir_version=IR_VERSION, functions=list(converted.model.functions)
    )
    merged = compose.merge_models(
        front, behind, io_map=[(name, inner + theirs) for name, theirs in zip(made, inputs, strict=True)]
    )
    merged.producer_name = "mlops-studio"
    return merged

"""Compiles a model folder to one ONNX graph: one input per request column, recipe, features and estimator inside.

Outputs: `scored_labels` ([rows, 1] float32, or the class index [rows] int64) and, of a classification,
`probabilities` ([rows, classes] float32). Opens pickles: for child processes only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import onnx
from onnx import ModelProto, TensorProto, compose, helper

from mlops.formats.model import MANIFEST_FILE, ModelManifest
from mlops.formats.refusal import Refusal
from mlops.packaging.onnx_cells import not_convertible
from mlops.packaging.onnx_columns import PREFIX, ColumnGraph
from mlops.packaging.onnx_estimators import INPUT, ML_OPSET, OPSET, EstimatorGraph, convert_estimator

LABELS = "scored_labels"
PROBABILITIES = "probabilities"
IR_VERSION = 10


def compile_model(folder: Path) -> ModelProto:
    """Raises Refusal `not_convertible` with the reason."""
    manifest = read_manifest(folder)
    if manifest.pipeline:
        raise not_convertible("an inference pipeline answers step by step.")
    if manifest.broken:
        raise not_convertible(manifest.broken)
    if not manifest.features:
        raise not_convertible("its component predicts by itself, not from a matrix of numbers.")
    _check_names(manifest)
    if manifest.parameters.get("allow_unknown_categorical_levels") is False and _has_categories(manifest):
        raise not_convertible("it refuses categories that it has not seen, which an ONNX graph cannot do.")
    import joblib

    estimator = joblib.load(folder / manifest.estimator)
    is_classifier = manifest.task != "regression"
    width = sum(feature.width for feature in manifest.features)
    converted = convert_estimator(estimator, width=width, is_classifier=is_classifier)
    merged = compose.merge_models(
        _columns(manifest, double=converted.double),
        _aligned(converted),
        io_map=[(f"{PREFIX}matrix", f"{PREFIX}{INPUT}")],
    )
    _finish(merged, is_classifier=is_classifier, classes=len(manifest.classes), converted=converted)
    onnx.checker.check_model(merged, full_check=True)
    return merged


def read_manifest(folder: Path) -> ModelManifest:
    path = folder / MANIFEST_FILE
    if not path.is_file():
        raise not_convertible(f"it was not trained here and has no {MANIFEST_FILE}.")
    try:
        return msgspec.json.decode(path.read_bytes(), type=ModelManifest)
    except msgspec.MsgspecError as error:
        raise Refusal(
            "manifest_broken", f"{MANIFEST_FILE} of the model cannot be read: {error}.", status=422
        ) from error


def _check_names(manifest: ModelManifest) -> None:
    taken = {LABELS, PROBABILITIES} & {field.name for field in manifest.signature.inputs}
    if taken:
        name = taken.pop()
        raise not_convertible(f"a column is named '{name}', as an output of the ONNX form is.", column=name)


def _has_categories(manifest: ModelManifest) -> bool:
    return any(feature.kind == "categorical" for feature in manifest.features)


def _columns(manifest: ModelManifest, *, double: bool) -> ModelProto:
    graph = ColumnGraph(manifest.signature.inputs)
    graph.apply(manifest.recipe)
    matrix = graph.matrix(manifest.features, double=double)
    named = helper.make_node("Identity", [matrix], [f"{PREFIX}matrix"])
    kind = TensorProto.DOUBLE if double else TensorProto.FLOAT
    output = helper.make_tensor_value_info(f"{PREFIX}matrix", kind, [None, None])
    whole = helper.make_graph([*graph.nodes, named], "model", graph.inputs, [output], graph.initializers)
    return _model(whole)


def _aligned(converted: EstimatorGraph) -> ModelProto:
    """The estimator's graph with names and versions that merge with ours."""
    graph = compose.add_prefix_graph(converted.model.graph, PREFIX)
    del graph.value_info[:]
    return _model(graph)


def _model(graph: Any) -> ModelProto:
    imports = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)]
    return helper.make_model(graph, opset_imports=imports, ir_version=IR_VERSION, producer_name="mlops-studio")


def _finish(model: ModelProto, *, is_classifier: bool, classes: int, converted: EstimatorGraph) -> None:
    """Gives the outputs their names, types and shapes. The label is the class with the highest probability."""
    graph = model.graph
    del graph.output[:]
    if not is_classifier:
        flat = helper.make_tensor(f"{PREFIX}one_column", TensorProto.INT64, [2], [-1, 1])
        graph.initializer.append(flat)
        graph.node.append(helper.make_node("Cast", [f"{PREFIX}{converted.scores}"], [f"{PREFIX}score"], to=1))
        graph.node.append(helper.make_node("Reshape", [f"{PREFIX}score", f"{PREFIX}one_column"], [LABELS]))
        graph.output.append(helper.make_tensor_value_info(LABELS, TensorProto.FLOAT, [None, 1]))
        return
    source = f"{PREFIX}{converted.probabilities}"
    graph.node.append(helper.make_node("Cast", [source], [PROBABILITIES], to=TensorProto.FLOAT))
    graph.node.append(helper.make_node("ArgMax", [source], [LABELS], axis=1, keepdims=0))
    graph.output.append(helper.make_tensor_value_info(LABELS, TensorProto.INT64, [None]))
    graph.output.append(helper.make_tensor_value_info(PROBABILITIES, TensorProto.FLOAT, [None, classes]))

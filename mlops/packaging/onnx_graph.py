"""Compiles a model folder to one ONNX graph: one input per request column, recipe, features and estimator inside.

Outputs: `scored_labels` ([rows, 1] float32, or the number of the class or cluster [rows] int64) and, of a
classification, `probabilities` ([rows, classes] float32); of quantiles, distances to clusters and anomalies `scores`.
 Opens pickles: for child processes only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import onnx
from onnx import ModelProto, TensorProto, compose, helper

from mlops.blocks.score_columns import middle
from mlops.formats.model import MANIFEST_FILE, ModelManifest
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.packaging.onnx_cells import not_convertible
from mlops.packaging.onnx_columns import PREFIX, ColumnGraph
from mlops.packaging.onnx_composed import INPUT, ML_OPSET, OPSET
from mlops.packaging.onnx_estimators import CLASSES, EstimatorGraph, convert_estimator

LABELS = "scored_labels"
PROBABILITIES = "probabilities"
SCORES = "scores"
IR_VERSION = 10


def compile_model(folder: Path, *, narrow: bool = False) -> ModelProto:
    """`narrow`: with float32 inside, where it is float64 otherwise. Raises Refusal `not_convertible`."""
    manifest = read_manifest(folder)
    if manifest.pipeline:
        raise not_convertible(_("an inference pipeline answers step by step."))
    if manifest.broken:
        raise not_convertible(manifest.broken)
    if not manifest.features or manifest.algorithm == "create_python_model":
        raise not_convertible(_("its component predicts by itself, not from a matrix of numbers."))
    _check_names(manifest)
    if manifest.parameters.get("allow_unknown_categorical_levels") is False and _has_categories(manifest):
        raise not_convertible(_("it refuses categories that it has not seen, which an ONNX graph cannot do."))
    import joblib

    estimator = joblib.load(folder / manifest.estimator)
    width = sum(feature.width for feature in manifest.features)
    converted = convert_estimator(estimator, width=width, task=manifest.task, narrow=narrow)
    merged = compose.merge_models(
        _columns(manifest, double=converted.double),
        _aligned(converted),
        io_map=[(f"{PREFIX}matrix", f"{PREFIX}{INPUT}")],
    )
    finish(merged, manifest, converted)
    onnx.checker.check_model(merged, full_check=True)
    return merged


def read_manifest(folder: Path) -> ModelManifest:
    path = folder / MANIFEST_FILE
    if not path.is_file():
        raise not_convertible(
            _("it was not trained here and has no %(manifest_file)s.") % {"manifest_file": MANIFEST_FILE}
        )
    try:
        return msgspec.json.decode(path.read_bytes(), type=ModelManifest)
    except msgspec.MsgspecError as error:
        raise Refusal(
            "manifest_broken",
            _("%(manifest_file)s of the model cannot be read: %(error)s.")
            % {"manifest_file": MANIFEST_FILE, "error": error},
            status=422,
        ) from error


def _check_names(manifest: ModelManifest) -> None:
    taken = {LABELS, PROBABILITIES, SCORES} & {field.name for field in manifest.signature.inputs}
    if taken:
        name = taken.pop()
        raise not_convertible(
            _("a column is named '%(name)s', as an output of the ONNX form is.") % {"name": name}, column=name
        )


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


def finish(model: ModelProto, manifest: ModelManifest, converted: EstimatorGraph) -> None:
    """Gives the outputs their names, types and shapes. The label follows from the numbers."""
    graph = model.graph
    del graph.output[:]
    source, task = f"{PREFIX}{converted.numbers}", manifest.task
    if task == "regression":
        _add_label(graph, source)
        return
    numbers = PROBABILITIES if task in CLASSES else SCORES
    graph.node.append(helper.make_node("Cast", [source], [numbers], to=TensorProto.FLOAT))
    if task == "quantile":
        place = helper.make_tensor(f"{PREFIX}middle", TensorProto.INT64, [1], [middle(manifest.classes)])
        graph.initializer.append(place)
        graph.node.append(helper.make_node("Gather", [source, place.name], [f"{PREFIX}label"], axis=1))
        _add_label(graph, f"{PREFIX}label")
    elif task == "anomaly":
        flat = helper.make_tensor(f"{PREFIX}flat", TensorProto.INT64, [1], [-1])
        limit = helper.make_tensor(f"{PREFIX}limit", TensorProto.FLOAT, [], [0.5])
        graph.initializer.extend([flat, limit])
        graph.node.append(helper.make_node("Greater", [numbers, limit.name], [f"{PREFIX}above"]))
        graph.node.append(helper.make_node("Cast", [f"{PREFIX}above"], [f"{PREFIX}label"], to=TensorProto.INT64))
        graph.node.append(helper.make_node("Reshape", [f"{PREFIX}label", flat.name], [LABELS]))
    else:
        best = "ArgMin" if task == "clustering" else "ArgMax"
        graph.node.append(helper.make_node(best, [source], [LABELS], axis=1, keepdims=0))
    if task != "quantile":
        graph.output.append(helper.make_tensor_value_info(LABELS, TensorProto.INT64, [None]))
    wide = 1 if task == "anomaly" else len(manifest.classes)
    graph.output.append(helper.make_tensor_value_info(numbers, TensorProto.FLOAT, [None, wide]))


def _add_label(graph: Any, source: str) -> None:
    column = helper.make_tensor(f"{PREFIX}one_column", TensorProto.INT64, [2], [-1, 1])
    graph.initializer.append(column)
    graph.node.append(helper.make_node("Cast", [source], [f"{PREFIX}score"], to=TensorProto.FLOAT))
    graph.node.append(helper.make_node("Reshape", [f"{PREFIX}score", column.name], [LABELS]))
    graph.output.append(helper.make_tensor_value_info(LABELS, TensorProto.FLOAT, [None, 1]))

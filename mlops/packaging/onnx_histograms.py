"""scikit-learn's histogram gradient boosting as an ONNX graph, of its trees as they are. For child processes only.

skl2onnx writes numpy's own whole numbers into the graph, which onnx refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from onnx import helper

from mlops.packaging.onnx_composed import INPUT, Sketch


def histograms(sketch: Sketch, estimator: Any) -> str:
    """Predictions [rows, 1], or probabilities [rows, classes]. The matrix is float32, as the trees were asked."""
    raw = _sums(sketch, estimator)
    if not hasattr(estimator, "classes_"):
        return raw
    if len(estimator.classes_) > 2:
        return sketch.add("Softmax", raw, axis=1)
    second = sketch.add("Sigmoid", raw)
    return sketch.add("Concat", sketch.add("Sub", sketch.constant(1.0), second), second, axis=1)


def _sums(sketch: Sketch, estimator: Any) -> str:
    """Of the leaves that a row reaches, and what is predicted without any tree: [rows, trees a round]."""
    base = np.ravel(estimator._baseline_prediction).astype(np.float64)
    columns: dict[str, list[Any]] = {}
    for tree, (target, predictor) in enumerate(_trees(estimator)):
        _add_tree(columns, predictor.nodes, tree=tree, target=target)
    name = f"own_{len(sketch.nodes)}"
    options = {"n_targets": base.size, "base_values": base.tolist(), **columns}
    sketch.nodes.append(helper.make_node("TreeEnsembleRegressor", [INPUT], [name], domain="ai.onnx.ml", **options))
    return name


def _trees(estimator: Any) -> Iterator[tuple[int, Any]]:
    for together in estimator._predictors:
        yield from enumerate(together)


def _add_tree(columns: dict[str, list[Any]], nodes: Any, *, tree: int, target: int) -> None:
    """`nodes`: a structured array; children are its places, a leaf has a value."""
    is_leaf = nodes["is_leaf"].astype(bool)
    count = len(nodes)
    thresholds = np.where(is_leaf, 0.0, _at_or_below(nodes["num_threshold"]))
    for name, values in (
        ("nodes_treeids", [tree] * count),
        ("nodes_nodeids", list(range(count))),
        ("nodes_featureids", np.where(is_leaf, 0, nodes["feature_idx"]).tolist()),
        ("nodes_modes", np.where(is_leaf, "LEAF", "BRANCH_LEQ").tolist()),
        ("nodes_values", thresholds.tolist()),
        ("nodes_truenodeids", nodes["left"].tolist()),
        ("nodes_falsenodeids", nodes["right"].tolist()),
        ("nodes_missing_value_tracks_true", nodes["missing_go_to_left"].tolist()),
        ("target_treeids", [tree] * int(is_leaf.sum())),
        ("target_nodeids", np.flatnonzero(is_leaf).tolist()),
        ("target_ids", [target] * int(is_leaf.sum())),
        ("target_weights", nodes["value"][is_leaf].tolist()),
    ):
        columns.setdefault(name, []).extend(values)


def _at_or_below(thresholds: Any) -> Any:
    """The largest float32 at or below each: for float32 cells the comparison stays the same."""
    with np.errstate(over="ignore"):
        near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near)

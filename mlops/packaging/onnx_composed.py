"""Estimators of our own that hold others, or plain arrays, as ONNX graphs. For child processes only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import ModelProto, TensorProto, compose, helper, numpy_helper

OPSET, ML_OPSET = 19, 3
INPUT, NUMBERS = "matrix", "numbers"


@dataclass(kw_only=True)
class Sketch:
    """A graph that grows: each call adds a node and gives the name of its output."""

    double: bool
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def add(self, operator: str, *inputs: str, **options: Any) -> str:
        name = f"own_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **options))
        return name

    def constant(self, value: Any, dtype: Any = None) -> str:
        name = f"constant_{len(self.constants)}"
        kind = dtype or (np.float64 if self.double else np.float32)
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype=kind), name))
        return name

    def insert(self, model: ModelProto, output: str, place: int) -> str:
        """The nodes of another graph on the same matrix; the name of that output of it."""
        prefix = f"part{place}_"
        graph = compose.add_prefix_graph(model.graph, prefix)
        for node in graph.node:
            inputs = [INPUT if name == f"{prefix}{INPUT}" else name for name in node.input]
            del node.input[:]
            node.input.extend(inputs)
            self.nodes.append(node)
        self.constants.extend(graph.initializer)
        return self.add("Cast", f"{prefix}{output}", to=TensorProto.DOUBLE if self.double else TensorProto.FLOAT)

    def column(self, matrix: str, place: int) -> str:
        return self.add("Gather", matrix, self.constant([place], np.int64), axis=1)

    def finished(self, output: str) -> ModelProto:
        kind = TensorProto.DOUBLE if self.double else TensorProto.FLOAT
        self.nodes.append(helper.make_node("Identity", [output], [NUMBERS]))
        given = helper.make_tensor_value_info(INPUT, kind, [None, None])
        answered = helper.make_tensor_value_info(NUMBERS, kind, [None, None])
        graph = helper.make_graph(self.nodes, "own", [given], [answered], self.constants)
        imports = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)]
        return helper.make_model(graph, opset_imports=imports)


def one_vs_all(sketch: Sketch, chances: Sequence[str]) -> str:
    """`chances`: of each class, [rows, 1]; all alike where they are all 0."""
    together = sketch.add("Concat", *chances, axis=1)
    total = sketch.add("ReduceSum", together, sketch.constant([1], np.int64), keepdims=1)
    shares = sketch.add("Div", together, total)
    some = sketch.add("Greater", total, sketch.constant(0.0))
    return sketch.add("Where", some, shares, sketch.constant([[1 / len(chances)] * len(chances)]))


def one_vs_one(sketch: Sketch, chances: Sequence[str], pairs: Sequence[tuple[int, int]], classes: int) -> str:
    """`chances`: of each pair's second class, [rows, 1]."""
    second, first = np.zeros((2, len(pairs), classes))
    for place, (one, other) in enumerate(pairs):
        second[place, other], first[place, one] = 1, 1
    together = sketch.add("Concat", *chances, axis=1)
    won = sketch.add("MatMul", together, sketch.constant((second - first) / len(pairs)))
    return sketch.add("Add", won, sketch.constant(first.sum(axis=0, keepdims=True) / len(pairs)))


def quantiles(sketch: Sketch, predictions: Sequence[str]) -> str:
    """Ascending in each row."""
    flat = [sketch.add("Reshape", each, sketch.constant([-1, 1], np.int64)) for each in predictions]
    together = sketch.add("Concat", *flat, axis=1)
    name = f"sorted_{len(sketch.nodes)}"
    count = sketch.constant([len(flat)], np.int64)
    sketch.nodes.append(helper.make_node("TopK", [together, count], [name, f"{name}_places"], axis=1, largest=0))
    return name


def main_directions(sketch: Sketch, estimator: Any) -> str:
    centred = sketch.add("Sub", INPUT, sketch.constant(estimator.centre))
    scaled = sketch.add("Div", centred, sketch.constant(estimator.spread))
    along = sketch.add("MatMul", scaled, sketch.constant(estimator.directions))
    back = sketch.add("MatMul", along, sketch.constant(estimator.directions.T))
    left = sketch.add("Sub", scaled, back)
    squares = sketch.add("ReduceSum", sketch.add("Mul", left, left), sketch.constant([1], np.int64), keepdims=1)
    return _against(sketch, sketch.add("Sqrt", squares), estimator.usual)


def isolation(sketch: Sketch, decision: str, estimator: Any) -> str:
    """`decision`: scikit-learn's, which is its score minus an offset."""
    score = sketch.add("Neg", sketch.add("Add", decision, sketch.constant(estimator.forest.offset_)))
    return _against(sketch, sketch.add("Reshape", score, sketch.constant([-1, 1], np.int64)), estimator.usual)


def boundary(sketch: Sketch, estimator: Any) -> str:
    """onnxruntime has no support vector machine in double precision, so the radial kernel is written out here."""
    scaler, machine = (step for _name, step in estimator.machine.steps)
    centred = sketch.add("Sub", INPUT, sketch.constant(scaler.mean_))
    scaled = sketch.add("Div", centred, sketch.constant(scaler.scale_))
    vectors = machine.support_vectors_
    lengths = sketch.add("ReduceSum", sketch.add("Mul", scaled, scaled), sketch.constant([1], np.int64), keepdims=1)
    products = sketch.add("MatMul", scaled, sketch.constant(-2 * vectors.T))
    squares = sketch.add("Add", sketch.add("Add", lengths, products), sketch.constant((vectors**2).sum(axis=1)))
    kernel = sketch.add("Exp", sketch.add("Mul", squares, sketch.constant(-machine._gamma)))
    weighed = sketch.add("MatMul", kernel, sketch.constant(machine.dual_coef_.T))
    decision = sketch.add("Add", weighed, sketch.constant(machine.intercept_))
    return sketch.add("Sigmoid", sketch.add("Div", decision, sketch.constant(-estimator.width)))


def _against(sketch: Sketch, score: str, usual: float) -> str:
    return sketch.add("Div", score, sketch.add("Add", score, sketch.constant(usual)))

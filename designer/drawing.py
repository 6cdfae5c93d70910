"""Drawing by program: a small pen for the sample pipelines, in the terms of the palette."""

from __future__ import annotations

from typing import Any

from mlops.formats.document import Document, DrawnNode, Place
from mlops.formats.pipeline import Edge

ACROSS, DOWN = 300, 130


class Pen:
    """Collects nodes and edges; columns and rows of the layout are counted in cards."""

    def __init__(self) -> None:
        self._nodes: dict[str, DrawnNode] = {}
        self._edges: list[Edge] = []
        self._layout: dict[str, Place] = {}

    def node(
        self, node_id: str, component: str, *, at: tuple[float, float], comment: str = "", **parameters: Any
    ) -> str:
        """`at` is (column, row). Returns the node's id."""
        self._nodes[node_id] = DrawnNode(component=component, version="1", parameters=parameters, comment=comment)
        self._layout[node_id] = Place(x=80 + at[0] * ACROSS, y=60 + at[1] * DOWN)
        return node_id

    def edge(self, source: str, source_port: str, target: str, target_port: str) -> None:
        self._edges.append(Edge(source=source, source_port=source_port, target=target, target_port=target_port))

    def document(self) -> Document:
        return Document(nodes=self._nodes, edges=tuple(self._edges), layout=self._layout)


def starting_with(dataset: str) -> Document:
    """One data node: where a person goes on from."""
    pen = Pen()
    pen.node("data", "dataset", at=(0, 0), dataset=dataset)
    return pen.document()


def train_score_evaluate(
    pen: Pen, *, learner: str, title: str, label: str, split: str, at: tuple[float, float], **parameters: Any
) -> str:
    """Learner, Train, and Score on the split's second part; returns the Score node's id."""
    column, row = at
    pen.node(f"{title}-learner", learner, at=(column, row), **parameters)
    train = pen.node(f"{title}-train", "train_model", at=(column, row + 1), label_column=label)
    score = pen.node(f"{title}-score", "score_model", at=(column, row + 2))
    pen.edge(f"{title}-learner", "untrained_model", train, "untrained_model")
    pen.edge(split, "results_dataset1", train, "dataset")
    pen.edge(train, "trained_model", score, "trained_model")
    pen.edge(split, "results_dataset2", score, "dataset")
    return score

"""Drawing by program: a small pen for the sample pipelines, in the terms of the palette."""

from __future__ import annotations

from typing import Any

from mlops.formats.arrangement import arranged
from mlops.formats.document import Document, DrawnNode
from mlops.formats.pipeline import Edge


class Pen:
    """Collects nodes and edges, and arranges them."""

    def __init__(self) -> None:
        self._nodes: dict[str, DrawnNode] = {}
        self._edges: list[Edge] = []

    def node(self, node_id: str, component: str, *, comment: str = "", **parameters: Any) -> str:
        """Returns its id."""
        self._nodes[node_id] = DrawnNode(component=component, version="1", parameters=parameters, comment=comment)
        return node_id

    def edge(self, source: str, source_port: str, target: str, target_port: str) -> None:
        self._edges.append(Edge(source=source, source_port=source_port, target=target, target_port=target_port))

    def document(self) -> Document:
        return Document(nodes=self._nodes, edges=tuple(self._edges), layout=arranged(self._nodes, self._edges))


def starting_with(dataset: str) -> Document:
    """One data node: where a person goes on from."""
    pen = Pen()
    pen.node("data", "dataset", dataset=dataset)
    return pen.document()


def train_score_evaluate(pen: Pen, *, learner: str, title: str, label: str, split: str, **parameters: Any) -> str:
    """Learner, Train, and Score on the split's second part; returns the Score node's id."""
    pen.node(f"{title}-learner", learner, **parameters)
    train = pen.node(f"{title}-train", "train_model", label_column=label)
    score = pen.node(f"{title}-score", "score_model")
    pen.edge(f"{title}-learner", "untrained_model", train, "untrained_model")
    pen.edge(split, "results_dataset1", train, "dataset")
    pen.edge(train, "trained_model", score, "trained_model")
    pen.edge(split, "results_dataset2", score, "dataset")
    return score

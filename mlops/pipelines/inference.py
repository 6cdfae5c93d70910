"""Derives an inference pipeline from a completed run: pure functions on its graph.

Walks back from a Score Model along the data. What was trained or fitted in the run becomes a saved value; steps that
choose or make rows for the training are left out; the rest is copied, without the label, which requests do not have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec
from django.utils.translation import gettext as _

from mlops.blocks.components.web_service_input import NO_COLUMNS
from mlops.formats.arrangement import arranged
from mlops.formats.component import Component
from mlops.formats.document import Document, DrawnNode, PipelineParameter
from mlops.formats.inference import SAVED_COMPONENTS, SAVED_MODEL, SAVED_TRANSFORMATION, SERVICE_INPUT, SERVICE_OUTPUT
from mlops.formats.pipeline import DATASET_COMPONENT, Edge, Node, PipelineSpec
from mlops.formats.refusal import Refusal, Where, nearest

Kind = Literal["realtime", "batch"]
Definition = Callable[[Node], Component]

SCORING = {
    "score_model": ("trained_model", "dataset", "scored_dataset"),
    "assign_data_to_clusters": ("trained_model", "dataset", "results_dataset"),
}
"""Components that score: their model input, table input and table output."""

OTHER_SCORING = (
    "score_svd_recommender",
    "score_wide_and_deep_recommender",
    "score_image_model",
    "score_vowpal_wabbit_model",
)
"""Components that score otherwise: pairs of user and item, images, files of lines."""

APPLY = "apply_transformation"
APPLY_PORTS = ("transformation", "dataset", "transformed_dataset")
REQUEST, RESPONSE = "web-service-input", "web-service-output"
DATA_PARAMETER = "data"


class Scoring(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a run that scores with a model which the run has trained."""

    node: str
    title: str
    model_node: str
    model_port: str
    model_title: str
    label: str


class Derivation(msgspec.Struct, frozen=True, kw_only=True):
    """`notes`: what was left out or changed, and why, one sentence each."""

    document: Document
    notes: tuple[str, ...]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A completed run, as the derivation reads it. `made`: node to port to type. `shapes`: as Run.shapes."""

    run: str
    spec: PipelineSpec
    made: Mapping[str, Mapping[str, str]]
    shapes: Mapping[str, Mapping[str, Any]]
    titles: Mapping[str, str]


def scorings(source: Source) -> tuple[Scoring, ...]:
    """The steps that an inference pipeline can be derived for, in the graph's order."""
    found = []
    for node in source.spec.nodes:
        if node.component not in SCORING:
            continue
        fed = _into(source.spec, node.id, SCORING[node.component][0])
        if fed is None or source.made.get(fed.source, {}).get(fed.source_port) != "model":
            continue
        shape = source.shapes.get(fed.source, {}).get(fed.source_port) or {}
        found.append(
            Scoring(
                node=node.id,
                title=source.titles.get(node.id, node.id),
                model_node=fed.source,
                model_port=fed.source_port,
                model_title=source.titles.get(fed.source, fed.source),
                label=shape.get("label", ""),
            )
        )
    return tuple(found)


def derive_inference(source: Source, definition: Definition, *, score: str, kind: Kind) -> Derivation:
    """Raises Refusal `no_scoring_step`, `scoring_step_unknown` or `no_dataset`."""
    chosen = _chosen(scorings(source) or _none(source), score)
    drawing = _Drawing(source, definition, chosen, kind)
    drawing.draw()
    return Derivation(document=drawing.document(), notes=tuple(dict.fromkeys(drawing.notes)))


def renewed(document: Document, newer: Source) -> tuple[Document, tuple[str, ...]]:
    """The drawing with every saved value exchanged for that of a newer run, and what could not be exchanged."""
    nodes, notes = dict(document.nodes), []
    for node_id, node in document.nodes.items():
        if node.component not in SAVED_COMPONENTS:
            continue
        origin, port = str(node.parameters.get("node", "")), str(node.parameters.get("port", ""))
        wanted = "model" if node.component == SAVED_MODEL else "transformation"
        if newer.made.get(origin, {}).get(port) != wanted:
            notes.append(f"“{node.title or node_id}” stays as it was: the newer run has no “{origin}” that made it.")
            continue
        nodes[node_id] = msgspec.structs.replace(node, parameters={**node.parameters, "run": newer.run})
    return msgspec.structs.replace(document, nodes=nodes), tuple(notes)


def _none(source: Source) -> tuple[Scoring, ...]:
    """Refusal `scoring_not_rowwise` where the run scores, but not row by row."""
    other = next((node.id for node in source.spec.nodes if node.component in OTHER_SCORING), None)
    if other is None:
        return ()
    title = source.titles.get(other, other)
    raise Refusal(
        "scoring_not_rowwise",
        _(
            "“%(title)s” does not answer one row for each row of a table, so no inference pipeline can "
            "be derived from it."
        )
        % {"title": title},
        hint=_(
            "Register the model that this run trained and deploy it as it is, or run this pipeline with other data."
        ),
        status=422,
        where=Where(node=other),
    )


def _chosen(known: tuple[Scoring, ...], score: str) -> Scoring:
    if not known:
        raise Refusal(
            "no_scoring_step",
            _("No step of this run scores with a model that it trained."),
            hint=_("Connect the trained model to Score Model, run the pipeline, and try again."),
            status=422,
        )
    if not score:
        return known[0]
    for one in known:
        if one.node == score:
            return one
    hint = nearest(score, [one.node for one in known]) or _("Choose %(node)s.") % {"node": known[0].node}
    raise Refusal(
        "scoring_step_unknown", _("“%(score)s” does not score in this run.") % {"score": score}, hint=hint, status=422
    )


class _Drawing:
    """Collects the nodes of one derivation; `_come` says from where in the new drawing a table of the run comes."""

    def __init__(self, source: Source, definition: Definition, scoring: Scoring, kind: Kind) -> None:
        self.source, self.definition, self.scoring, self.kind = source, definition, scoring, kind
        self.notes: list[str] = []
        self._nodes: dict[str, DrawnNode] = {}
        self._edges: list[Edge] = []
        self._parameters: dict[str, PipelineParameter] = {}
        self._come: dict[tuple[str, str], tuple[str, str]] = {}
        self._main = self._main_dataset()

    def document(self) -> Document:
        edges = tuple(self._edges)
        layout = arranged(self._nodes, edges)
        return Document(nodes=self._nodes, edges=edges, layout=layout, parameters=self._parameters)

    def draw(self) -> None:
        score = self._node(self.scoring.node)
        model_port, table_port, scored_port = SCORING[score.component]
        table = _into(self.source.spec, score.id, table_port)
        assert table is not None
        came = self._table(table.source, table.source_port)
        self._copy(score)
        self._edge(came, score.id, table_port)
        self._edge(self._saved(self.scoring.model_node, self.scoring.model_port), score.id, model_port)
        if self.kind == "realtime":
            answer = {"name": "output1"}
            self._add(RESPONSE, SERVICE_OUTPUT, answer)
            self._edge((score.id, scored_port), RESPONSE, "answer")

    def _table(self, node_id: str, port: str) -> tuple[str, str]:
        """Where the table that came out of the run's node comes from now; draws what is needed for it."""
        if (node_id, port) not in self._come:
            self._come[node_id, port] = self._drawn_table(self._node(node_id), port)
        return self._come[node_id, port]

    def _drawn_table(self, node: Node, port: str) -> tuple[str, str]:
        if node.component == DATASET_COMPONENT:
            return self._dataset(node)
        definition = self.definition(node)
        tables = [one.name for one in definition.inputs if one.type == "table"]
        title = self.source.titles.get(node.id, node.id)
        if definition.training_only and tables:
            self.notes.append(f"“{title}” is left out: it chooses or makes rows for the training.")
            return self._follow(node, tables[0])
        fitted = next(
            (name for name, kind in self.source.made.get(node.id, {}).items() if kind == "transformation"), ""
        )
        if fitted and tables:
            self.notes.append(f"“{title}” does to each request what it learned from the training rows.")
            return self._applied(node, tables[0], fitted)
        self._copy(node)
        for edge in self.source.spec.inputs_of(node.id):
            self._edge(self._fed(edge), node.id, edge.target_port)
        return node.id, port

    def _fed(self, edge: Edge) -> tuple[str, str]:
        kind = self.source.made.get(edge.source, {}).get(edge.source_port, "table")
        if kind in ("model", "transformation"):
            return self._saved(edge.source, edge.source_port)
        return self._table(edge.source, edge.source_port)

    def _follow(self, node: Node, port: str) -> tuple[str, str]:
        edge = _into(self.source.spec, node.id, port)
        assert edge is not None
        return self._table(edge.source, edge.source_port)

    def _applied(self, node: Node, table_port: str, fitted: str) -> tuple[str, str]:
        came = self._follow(node, table_port)
        self._add(node.id, APPLY, {"skip_missing_columns": True}, title=self._title(node.id))
        self._edge(came, node.id, APPLY_PORTS[1])
        self._edge(self._saved(node.id, fitted), node.id, APPLY_PORTS[0])
        return node.id, APPLY_PORTS[2]

    def _saved(self, node_id: str, port: str) -> tuple[str, str]:
        """A data node for what the run's step made; one for each."""
        kind = self.source.made[node_id][port]
        prefix, component = ("md", SAVED_MODEL) if kind == "model" else ("td", SAVED_TRANSFORMATION)
        saved = f"{prefix}-{node_id}-{port}".replace("_", "-")[:100]
        if saved not in self._nodes:
            title = f"{prefix.upper()}-{self._title(node_id)}"
            origin = {"run": self.source.run, "node": node_id, "port": port}
            self._add(saved, component, origin, title=title)
        return saved, kind

    def _dataset(self, node: Node) -> tuple[str, str]:
        if node.id != self._main:
            self._copy(node)
            return node.id, "dataset"
        if self.kind == "batch":
            chosen = {name: node.parameters.get(name) for name in ("dataset", "version")}
            self._parameters[DATA_PARAMETER] = PipelineParameter(
                type="dataset", default=chosen, help="The rows to score."
            )
            self._add(node.id, DATASET_COMPONENT, {"dataset": {"$parameter": DATA_PARAMETER}})
            return node.id, "dataset"
        self._copy(node)
        lacks = {"mode": "names", "names": [self.scoring.label]} if self.scoring.label else NO_COLUMNS
        parameters = {"name": "input1", "columns_that_requests_lack": lacks, "rows_of_the_sample": 1000}
        self._add(REQUEST, SERVICE_INPUT, parameters)
        self._edge((node.id, "dataset"), REQUEST, "sample")
        return REQUEST, "request"

    def _main_dataset(self) -> str:
        """Whose rows are scored: the data node at the end of the way along each step's first table."""
        node = self._node(self.scoring.node)
        edge = _into(self.source.spec, node.id, SCORING[node.component][1])
        while edge is not None:
            node = self._node(edge.source)
            if node.component == DATASET_COMPONENT:
                return node.id
            tables = [one.name for one in self.definition(node).inputs if one.type == "table"]
            edge = next((found for port in tables if (found := _into(self.source.spec, node.id, port))), None)
        raise Refusal(
            "no_dataset",
            _("The rows that “%(title)s” scores come from no dataset but are made on the way.")
            % {"title": self.scoring.title},
            hint=_("Build the inference pipeline by hand: Web Service Input and Output are in the palette."),
            status=422,
            where=Where(node=self.scoring.node),
        )

    def _copy(self, node: Node) -> None:
        if node.id in self._nodes:
            return
        parameters = {name: self._without_label(node, name, value) for name, value in node.parameters.items()}
        self._nodes[node.id] = DrawnNode(
            component=node.component,
            version=node.version,
            parameters=parameters,
            title=node.title,
            comment=node.comment,
        )

    def _without_label(self, node: Node, name: str, value: Any) -> Any:
        """A column selection that does not name the label."""
        known = None if node.component == DATASET_COMPONENT else self.definition(node).parameter(name)
        if known is None or known.type != "columns" or not self.scoring.label or not isinstance(value, dict):
            return value
        label = self.scoring.label
        names = [one for one in value.get("names", ()) if one != label]
        rules = [
            {**rule, "names": [one for one in rule["names"] if one != label]} if "names" in rule else rule
            for rule in value.get("rules", ())
        ]
        kept = [rule for rule in rules if rule.get("by", "names") != "names" or rule.get("names")]
        changed = {**value, **({"names": names} if "names" in value else {}), **({"rules": kept} if rules else {})}
        if changed != value:
            self.notes.append(
                f"“{self._title(node.id)}” does not name the label “{label}”, which requests do not have."
            )
        return changed

    def _add(self, node_id: str, component: str, parameters: dict[str, Any], *, title: str = "") -> None:
        self._nodes[node_id] = DrawnNode(component=component, version="1", parameters=parameters, title=title)

    def _edge(self, came: tuple[str, str], target: str, port: str) -> None:
        edge = Edge(source=came[0], source_port=came[1], target=target, target_port=port)
        if edge not in self._edges:
            self._edges.append(edge)

    def _node(self, node_id: str) -> Node:
        node = self.source.spec.node(node_id)
        assert node is not None
        return node

    def _title(self, node_id: str) -> str:
        return self.source.titles.get(node_id, node_id)


def _into(spec: PipelineSpec, node: str, port: str) -> Edge | None:
    return next((edge for edge in spec.edges if (edge.target, edge.target_port) == (node, port)), None)

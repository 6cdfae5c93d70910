"""What is said of a graph before it runs."""

from __future__ import annotations

import pytest

from mlops.formats.component import Shape
from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.formats.table import Column, TableSchema
from mlops.pipelines.check import check
from mlops.pipelines.order import behind, circle, in_order

CARS = TableSchema(columns=(Column(name="make", type="string"), Column(name="price", type="integer")), row_count=10)


def datasets(name: str, number: int | None) -> Shape:
    if name != "Cars":
        raise Refusal("dataset_unknown", f"There is no dataset “{name}”.", hint="Did you mean 'Cars'?")
    return Shape(type="table", table=CARS)


def edge(source: str, target: str, out: str = "dataset", into: str = "dataset") -> Edge:
    return Edge(source=source, source_port=out, target=target, target_port=into)


def spec(*nodes: Node, edges: tuple[Edge, ...] = ()) -> PipelineSpec:
    return PipelineSpec(nodes=nodes, edges=edges)


def node(name: str, component: str, **parameters: object) -> Node:
    return Node(id=name, component=component, version="1", parameters=parameters)


DATA = node("data", "dataset", dataset="Cars")
SPLIT = node("s", "split_data")
SPLIT_OUT = "results_dataset1"


def codes(of: PipelineSpec) -> set[str]:
    return {problem.code for problem in check(of, datasets)[1]}


def test_schemas_flow_along_the_edges_before_anything_runs():
    select = node("select", "select_columns_in_dataset", select_columns={"mode": "names", "names": ["price"]})
    shapes, problems = check(spec(DATA, select, edges=(edge("data", "select"),)), datasets)
    table = shapes["select"]["results_dataset"].table
    assert table is not None
    assert (table.names, problems) == (("price",), ())


def test_a_column_that_does_not_arrive_is_named_at_its_node_with_the_nearest_one():
    select = node("select", "select_columns_in_dataset", select_columns={"mode": "names", "names": ["prize"]})
    _shapes, problems = check(spec(DATA, select, edges=(edge("data", "select"),)), datasets)
    assert [(p.where.node, p.where.column, p.hint) for p in problems] == [("select", "prize", "Did you mean 'price'?")]


def test_a_circle_is_told_with_the_steps_on_it():
    ring = spec(
        node("a", "split_data"),
        node("b", "split_data"),
        edges=(edge("a", "b", SPLIT_OUT), edge("b", "a", SPLIT_OUT)),
    )
    _shapes, problems = check(ring, datasets)
    told = next(problem for problem in problems if problem.code == "circle")
    assert told.message.count("Split Data") == 3


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (spec(), "pipeline_empty"),
        (spec(node("a", "split_dtaa")), "unknown_component"),
        (spec(node("a", "split_data")), "input_missing"),
        (spec(node("a", "dataset", dataset="Crs")), "dataset_unknown"),
        (spec(DATA, node("a", "split_data"), edges=(edge("data", "a", "rows"),)), "port_unknown"),
        (spec(DATA, node("a", "split_data"), edges=(edge("nobody", "a"),)), "node_unknown"),
        (spec(DATA, node("a", "score_model"), edges=(edge("data", "a", into="trained_model"),)), "input_type"),
        (spec(SPLIT, node("a", "score_model"), edges=(edge("s", "a", SPLIT_OUT, "trained_model"),)), "types_differ"),
    ],
)
def test_each_fault_of_a_graph_has_its_own_word(broken, code):
    assert code in codes(broken)


def test_two_edges_into_one_input_are_a_fault():
    double = spec(DATA, node("more", "dataset", dataset="Cars"), node("a", "split_data"),
                  edges=(edge("data", "a"), edge("more", "a")))  # fmt: skip
    assert "input_taken" in codes(double)


def test_the_order_leaves_out_a_circle_and_what_waits_for_it():
    graph = spec(DATA, node("a", "split_data"), node("b", "split_data"), node("c", "split_data"),
                 edges=(edge("a", "b"), edge("b", "a"), edge("b", "c")))  # fmt: skip
    assert [one.id for one in in_order(graph)] == ["data"]
    assert set(circle(graph)) == {"a", "b"}
    assert behind(graph, "b") == {"a", "b", "c"}

"""From the graph as drawn to the graph that runs."""

from __future__ import annotations

from typing import Any

import pytest

from mlops.formats.pipeline import Edge, Node, Pin, PipelineParameter, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.pipelines.parameters import assign, uses_of
from mlops.pipelines.resolve import resolve

PIN = Pin(run="r", node="clean", port="cleaned_dataset", tree="t", pinned_at="2026-11-25T10:00:00Z", pinned_by="olga")


def chain(**changes: dict[str, Any]) -> PipelineSpec:
    """data -> clean -> split -> evaluate's first and (optional) second input."""

    def node(name: str, component: str, **parameters: Any) -> Node:
        fields = {"parameters": parameters, **changes.get(name, {})}
        return Node(id=name, component=component, version="1", **fields)

    return PipelineSpec(
        nodes=(
            node("clean", "clean_missing_data"),
            node("data", "dataset", dataset="Cars"),
            node("evaluate", "evaluate_model"),
            node("split", "split_data", fraction_of_rows_in_the_first_output_dataset={"$parameter": "share"}),
        ),
        edges=(
            Edge(source="data", source_port="dataset", target="clean", target_port="dataset"),
            Edge(source="split", source_port="results_dataset1", target="evaluate", target_port="scored_dataset"),
            Edge(
                source="clean",
                source_port="cleaned_dataset",
                target="evaluate",
                target_port="scored_dataset_to_compare",
            ),
            Edge(source="clean", source_port="cleaned_dataset", target="split", target_port="dataset"),
        ),
        parameters={"share": PipelineParameter(type="decimal", default=0.5)},
    )


def ids(spec: PipelineSpec) -> set[str]:
    return {node.id for node in spec.nodes}


def test_a_parameter_gives_its_value_to_every_node_that_refers_to_it():
    resolved = resolve(chain(), assign(chain().parameters, {"share": "0.8"}))
    split = resolved.spec.node("split")
    assert split is not None
    assert split.parameters == {"fraction_of_rows_in_the_first_output_dataset": 0.8}
    assert uses_of(chain()) == {"share": (("split", "fraction_of_rows_in_the_first_output_dataset"),)}


@pytest.mark.parametrize(
    ("given", "code"),
    [({"shar": 1}, "parameter_unknown"), ({"share": "much"}, "parameter_type"), ({"share": None}, "parameter_missing")],
)
def test_values_that_do_not_fit_are_refused(given: dict[str, Any], code: str):
    with pytest.raises(Refusal) as refused:
        assign(chain().parameters, given)
    assert refused.value.code == code


def test_a_dataset_node_takes_dataset_and_version_from_a_parameter():
    spec = chain(data={"parameters": {"dataset": {"$parameter": "source"}, "version": 7}})
    data = resolve(spec, {}).whole.node("data")
    assert data is not None
    assert data.parameters == {"version": 7}
    parameters = {"source": PipelineParameter(type="dataset")}
    spec = PipelineSpec(nodes=spec.nodes, edges=spec.edges, parameters=parameters)
    data = resolve(spec, assign(parameters, {"source": "Cars:3"})).spec.node("data")
    assert data is not None
    assert data.parameters == {"dataset": "Cars", "version": 3}


def test_a_disabled_node_and_what_needs_it_are_left_out_with_the_reason():
    resolved = resolve(chain(split={"mode": "disabled", "parameters": {}}), {})
    assert ids(resolved.spec) == {"data", "clean"}
    assert resolved.left_out["split"].code == "disabled"
    assert "Split Data" in resolved.left_out["evaluate"].reason


def test_a_disabled_node_at_an_optional_input_is_only_missing_there():
    spec = chain(clean={"mode": "disabled"}, split={"mode": ""})
    edges = tuple(edge for edge in spec.edges if edge.target != "split")
    resolved = resolve(PipelineSpec(nodes=spec.nodes, edges=edges), {})
    assert "evaluate" in ids(resolved.spec)
    assert {edge.source for edge in resolved.spec.edges} == {"split"}


def test_a_bypassed_node_passes_its_first_fitting_input_on():
    resolved = resolve(chain(clean={"mode": "bypassed"}), {"share": 0.5})
    assert ids(resolved.spec) == {"data", "split", "evaluate"}
    assert ("data", "split") in {(edge.source, edge.target) for edge in resolved.spec.edges}
    assert resolved.left_out["clean"].code == "bypassed"


def test_a_bypassed_node_without_a_fitting_input_is_a_problem():
    spec = chain(clean={"mode": "bypassed"})
    edges = tuple(edge for edge in spec.edges if edge.source != "data")
    found = resolve(PipelineSpec(nodes=spec.nodes, edges=edges, parameters=spec.parameters), {"share": 0.5}).problems
    assert {problem.code for problem in found} == {"bypass_impossible"}


def test_what_fed_only_a_pinned_node_is_not_needed():
    resolved = resolve(chain(clean={"pins": {"cleaned_dataset": PIN}}), {"share": 0.5})
    assert ids(resolved.spec) == {"clean", "split", "evaluate"}
    assert resolved.left_out["data"].code == "not_needed"
    assert resolved.spec.inputs_of("clean") == ()


def test_an_unknown_parameter_is_a_problem_at_its_node():
    spec = PipelineSpec(nodes=chain().nodes, edges=chain().edges)
    assert [(p.code, p.where.node) for p in resolve(spec, {}).problems] == [("parameter_unknown", "split")]

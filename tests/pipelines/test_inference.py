"""Deriving an inference pipeline: what is saved, what is left out, what a request needs."""

from __future__ import annotations

from typing import Any

import pytest

from mlops.blocks.catalogue import component
from mlops.formats.component import Component
from mlops.formats.document import Document
from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.pipelines.inference import Derivation, Kind, Source, derive_inference, renewed, scorings


def node(node_id: str, name: str, **parameters: Any) -> Node:
    return Node(id=node_id, component=name, version="1", parameters=parameters)


def edge(source: str, source_port: str, target: str, target_port: str) -> Edge:
    return Edge(source=source, source_port=source_port, target=target, target_port=target_port)


SPEC = PipelineSpec(
    nodes=(
        node("data", "dataset", dataset="Cars", version=1),
        node("select", "select_columns_in_dataset", select_columns={"mode": "names", "names": ["power", "price"]}),
        node("clean", "clean_missing_data"),
        node("split", "split_data"),
        node("learner", "linear_regression"),
        node("train", "train_model", label_column="price"),
        node("score", "score_model"),
    ),
    edges=(
        edge("data", "dataset", "select", "dataset"),
        edge("select", "results_dataset", "clean", "dataset"),
        edge("clean", "cleaned_dataset", "split", "dataset"),
        edge("learner", "untrained_model", "train", "untrained_model"),
        edge("split", "results_dataset1", "train", "dataset"),
        edge("train", "trained_model", "score", "trained_model"),
        edge("split", "results_dataset2", "score", "dataset"),
    ),
)
MADE = {
    "clean": {"cleaned_dataset": "table", "cleaning_transformation": "transformation"},
    "train": {"trained_model": "model"},
}


def source(run: str = "run-1", made: dict[str, dict[str, str]] = MADE) -> Source:
    return Source(
        run=run,
        spec=SPEC,
        made=made,
        shapes={"train": {"trained_model": {"type": "model", "label": "price"}}},
        titles={"split": "Split Data"},
    )


def definition(of: Node) -> Component:
    return component(of.component)


def derived(kind: Kind = "realtime", score: str = "") -> Derivation:
    return derive_inference(source(), definition, score=score, kind=kind)


def links(document: Document) -> set[tuple[str, str]]:
    return {(one.source, one.target) for one in document.edges}


def test_what_was_trained_and_fitted_becomes_saved() -> None:
    nodes = derived().document.nodes
    assert nodes["md-train-trained-model"].parameters == {"run": "run-1", "node": "train", "port": "trained_model"}
    assert nodes["td-clean-cleaning-transformation"].component == "saved_transformation"
    assert nodes["clean"].component == "apply_transformation"


def test_steps_of_the_training_are_left_out_with_a_note() -> None:
    found = derived()
    assert not {"split", "train", "learner"} & set(found.document.nodes)
    assert any("Split Data" in note for note in found.notes)


def test_the_request_has_no_label() -> None:
    nodes = derived().document.nodes
    assert nodes["web-service-input"].parameters["columns_that_requests_lack"]["names"] == ["price"]
    assert nodes["select"].parameters["select_columns"]["names"] == ["power"]


def test_the_data_flows_from_the_request_to_the_response() -> None:
    assert links(derived().document) == {
        ("data", "web-service-input"),
        ("web-service-input", "select"),
        ("select", "clean"),
        ("td-clean-cleaning-transformation", "clean"),
        ("clean", "score"),
        ("md-train-trained-model", "score"),
        ("score", "web-service-output"),
    }


def test_a_batch_pipeline_takes_its_data_from_a_parameter() -> None:
    document = derived("batch").document
    assert document.nodes["data"].parameters == {"dataset": {"$parameter": "data"}}
    assert document.parameters["data"].default == {"dataset": "Cars", "version": 1}
    assert ("data", "select") in links(document)


def test_the_model_is_named_with_its_label() -> None:
    (one,) = scorings(source())
    assert (one.node, one.model_node, one.label) == ("score", "train", "price")


def test_an_unknown_scoring_step_is_refused_with_the_nearest() -> None:
    with pytest.raises(Refusal) as refused:
        derived(score="scor")
    assert refused.value.code == "scoring_step_unknown"
    assert "score" in refused.value.hint


def test_a_run_that_scores_nothing_is_refused() -> None:
    with pytest.raises(Refusal, match="No step of this run scores"):
        derive_inference(source(made={}), definition, score="", kind="realtime")


def test_updating_exchanges_model_and_transformations_for_the_newer_run() -> None:
    document, notes = renewed(derived().document, source("run-2"))
    saved = [one for one in document.nodes.values() if one.component.startswith("saved_")]
    assert {one.parameters["run"] for one in saved} == {"run-2"}
    assert not notes


def test_what_the_newer_run_did_not_make_stays_and_is_said() -> None:
    document, notes = renewed(derived().document, source("run-2", made={"train": {"trained_model": "model"}}))
    assert document.nodes["td-clean-cleaning-transformation"].parameters["run"] == "run-1"
    assert "TD-clean" in notes[0]

"""Inference pipelines of each family of steps: derived, run, packaged, compared with what training computed."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from mlops.blocks.catalogue import component
from mlops.formats.pipeline import Node, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.pipelines.actions import submit
from mlops.pipelines.inference import Source, derive_inference
from mlops.runs.models import Run
from tests.blocks.examples import why_not_here
from tests.execution.conftest import carry_out, dataset_version
from tests.packaging.test_pipelines import derived, edge, packaged

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = ("clean", "rusty", "quick", "family", "old", "new")


def frame() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "make": [f"car{n % 3}" for n in range(60)],
            "note": [f"{WORDS[n % 6]} {WORDS[n % 5]} car" for n in range(60)],
            "power": [float(50 + 7 * n % 90) for n in range(60)],
            "weight": [900.0 + 11 * (n % 17) for n in range(60)],
            "price": [100.0 + 3 * n + 5 * (n % 3) for n in range(60)],
        }
    )


SCRIPT = "def azureml_main(dataframe1=None, dataframe2=None):\n    dataframe1['load'] = dataframe1['power'] / 10\n"
R_SCRIPT = "azureml_main <- function(dataframe1, dataframe2) {\n  dataframe1$load <- dataframe1$power / 10\n"

FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "a query": ("apply_sql_transformation", {"sql_query_script": "select *, power / 10 as load from t1"}),
    "a Python script": ("execute_python_script", {"python_script": SCRIPT + "    return dataframe1\n"}),
    "an R script": ("execute_r_script", {"r_script": R_SCRIPT + "  return(list(dataset1=dataframe1))\n}\n"}),
    "a lookup": (
        "join_data",
        {
            "join_key_columns_for_left_dataset": ["make"],
            "join_key_columns_for_right_dataset": ["make"],
            "join_type": "left_outer",
            "keep_right_key_columns": False,
        },
    ),
    "n-grams": (
        "extract_n_gram_features_from_text",
        {"text_column": "note", "minimum_n_gram_document_absolute_frequency": 2},
    ),
    "hashing": ("feature_hashing", {"target_columns": ["note"], "hashing_bitsize": 3}),
    "target encoding": ("target_encoding", {"label_column": "price", "columns_to_encode": ["make"]}),
    "main directions": ("principal_component_analysis", {"selected_columns": ["power", "weight"]}),
    "bins": ("group_data_into_bins", {"columns_to_bin": ["power"], "number_of_bins": 4}),
    "arithmetic": ("apply_math_operation", {"column_set": ["power"], "basic_function": "sqrt"}),
}

LEFT_OUT: dict[str, tuple[str, dict[str, Any]]] = {
    "sampling": ("partition_and_sample", {"rate_of_sampling": 0.8}),
    "duplicates": ("remove_duplicate_rows", {"key_columns": ["power", "weight"]}),
    "time": ("time_based_split", {"time_column": "price"}),
    "more rows": ("add_rows", {}),
}

LOOKUP = pl.DataFrame({"make": ["car0", "car1", "car2"], "doors": [2, 4, 5]})
SECOND = {"join_data": ("Lookup", "right_dataset"), "add_rows": ("Cars", "dataset2")}


def training(name: str, parameters: dict[str, Any], *, learner: str = "linear_regression") -> PipelineSpec:
    """data -> the step -> columns -> split -> train, score."""
    step = component(name)
    columns = {"mode": "rules", "begin_with": "all", "rules": [{"action": "exclude", "names": ["note"]}]}
    nodes = [
        Node(id="data", component="dataset", version="1", parameters={"dataset": "Cars"}),
        Node(id="step", component=name, version="1", parameters=parameters),
        Node(id="columns", component="select_columns_in_dataset", version="1", parameters={"select_columns": columns}),
        Node(id="split", component="split_data", version="1"),
        Node(id="learner", component=learner, version="1"),
        Node(id="train", component="train_model", version="1", parameters={"label_column": "price"}),
        Node(id="score", component="score_model", version="1"),
    ]
    edges = [
        edge("data", "dataset", "step", step.inputs[0].name),
        edge("step", step.outputs[0].name, "columns", "dataset"),
        edge("columns", "results_dataset", "split", "dataset"),
        edge("learner", "untrained_model", "train", "untrained_model"),
        edge("split", "results_dataset1", "train", "dataset"),
        edge("train", "trained_model", "score", "trained_model"),
        edge("split", "results_dataset2", "score", "dataset"),
    ]
    if name in SECOND:
        dataset, port = SECOND[name]
        nodes.append(Node(id="second", component="dataset", version="1", parameters={"dataset": dataset}))
        edges.append(edge("second", "dataset", "step", port))
    return PipelineSpec(nodes=tuple(nodes), edges=tuple(edges))


@pytest.fixture
def run_of(contributor, project, tmp_path):
    dataset_version(project, frame(), tmp_path)

    def run(spec: PipelineSpec) -> Run:
        if any(node.parameters.get("dataset") == "Lookup" for node in spec.nodes):
            dataset_version(project, LOOKUP, tmp_path / "lookup", name="Lookup")
        done = carry_out(submit(contributor, project, spec=spec, experiment="tests"))
        assert done.state == "completed", done.reason
        return done

    return run


@pytest.mark.parametrize("family", FAMILIES)
def test_a_derived_pipeline_answers_as_training_scored(contributor, run_of, family: str) -> None:
    name, parameters = FAMILIES[family]
    if reason := why_not_here(name):
        pytest.skip(reason)
    run = run_of(training(name, parameters))
    package = packaged(contributor, run, derived(run))
    assert package.state == "accepted", package.reason
    assert package.version is not None
    assert "price" not in [field["name"] for field in package.version.signature["inputs"]]


@pytest.mark.parametrize("family", LEFT_OUT)
def test_what_chooses_rows_for_training_is_left_out(contributor, run_of, family: str) -> None:
    run = run_of(training(*LEFT_OUT[family]))
    document = derived(run)
    assert "step" not in document.nodes
    package = packaged(contributor, run, document)
    assert package.state == "accepted", package.reason


def test_quantiles_are_answered(contributor, run_of) -> None:
    run = run_of(training("apply_math_operation", FAMILIES["arithmetic"][1], learner="fast_forest_quantile_regression"))
    package = packaged(contributor, run, derived(run))
    assert package.state == "accepted", package.reason


def unsupervised(learner: str, trainer: str, scorer: str, port: str) -> PipelineSpec:
    nodes = (
        Node(id="data", component="dataset", version="1", parameters={"dataset": "Cars"}),
        Node(id="columns", component="select_columns_in_dataset", version="1", parameters={"select_columns": NUMBERS}),
        Node(id="learner", component=learner, version="1"),
        Node(id="train", component=trainer, version="1", parameters=TRAINERS[trainer]),
        Node(id="score", component=scorer, version="1"),
    )
    edges = (
        edge("data", "dataset", "columns", "dataset"),
        edge("learner", "untrained_model", "train", "untrained_model"),
        edge("columns", "results_dataset", "train", "dataset"),
        edge("train", "trained_model", "score", "trained_model"),
        edge("columns", "results_dataset", "score", port),
    )
    return PipelineSpec(nodes=nodes, edges=edges)


NUMBERS = {"mode": "names", "names": ["power", "weight"]}
TRAINERS: dict[str, dict[str, Any]] = {
    "train_clustering_model": {"column_set": ["power", "weight"]},
    "train_anomaly_detection_model": {},
}


@pytest.mark.parametrize(
    ("learner", "trainer", "scorer"),
    [
        ("k_means_clustering", "train_clustering_model", "assign_data_to_clusters"),
        ("isolation_forest", "train_anomaly_detection_model", "score_model"),
    ],
)
def test_models_without_a_label_are_answered_too(contributor, run_of, learner: str, trainer: str, scorer: str) -> None:
    run = run_of(unsupervised(learner, trainer, scorer, "dataset"))
    package = packaged(contributor, run, derived(run))
    assert package.state == "accepted", package.reason


def test_scoring_pairs_of_user_and_item_is_refused_with_what_to_do() -> None:
    spec = PipelineSpec(
        nodes=(
            Node(id="ratings", component="dataset", version="1", parameters={"dataset": "Ratings"}),
            Node(id="train", component="train_svd_recommender", version="1"),
            Node(id="score", component="score_svd_recommender", version="1"),
        ),
        edges=(
            edge("ratings", "dataset", "train", "training_dataset"),
            edge("train", "trained_model", "score", "trained_model"),
            edge("ratings", "dataset", "score", "dataset_to_score"),
        ),
    )
    made = {"train": {"trained_model": "model"}, "ratings": {"dataset": "table"}}
    source = Source(run="1", spec=spec, made=made, shapes={}, titles={"score": "Score SVD Recommender"})
    with pytest.raises(Refusal, match="Score SVD Recommender” does not answer one row for each") as caught:
        derive_inference(source, lambda node: component(node.component), score="", kind="realtime")
    assert "deploy" in caught.value.hint

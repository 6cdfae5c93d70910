"""A run that real step processes have carried out: a learner trained, scored and evaluated on a small table."""

from __future__ import annotations

import polars as pl
import pytest

from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.pipelines.actions import submit
from mlops.runs.models import Run
from tests.execution.conftest import carry_out, dataset_version

EDGES = {
    "split.dataset": "data.dataset",
    "train.untrained_model": "learner.untrained_model",
    "train.dataset": "split.results_dataset1",
    "score.trained_model": "train.trained_model",
    "score.dataset": "split.results_dataset2",
    "evaluate.scored_dataset": "score.scored_dataset",
    "file.dataset": "score.scored_dataset",
}


def node(name: str, component: str, **parameters: object) -> Node:
    return Node(id=name, component=component, version="1", parameters=parameters)


def edge(target: str, source: str) -> Edge:
    into, out = target.split("."), source.split(".")
    return Edge(source=out[0], source_port=out[1], target=into[0], target_port=into[1])


def regression(*, fraction: float = 0.7) -> PipelineSpec:
    nodes = (
        node("data", "dataset", dataset="Cars"),
        node("evaluate", "evaluate_model"),
        node("file", "export_data", file_name="scores"),
        node("learner", "linear_regression"),
        node("score", "score_model"),
        node("split", "split_data", fraction_of_rows_in_the_first_output_dataset=fraction),
        node("train", "train_model", label_column="price"),
    )
    return PipelineSpec(nodes=nodes, edges=tuple(edge(into, out) for into, out in EDGES.items()))


@pytest.fixture
def cars(project, tmp_path):
    rows = range(1, 61)
    frame = pl.DataFrame({"power": [float(n % 13) for n in rows], "price": [3.0 * (n % 13) + n % 2 for n in rows]})
    return dataset_version(project, frame, tmp_path)


@pytest.fixture
def train(contributor, project, cars):
    def trained(**parameters: float) -> Run:
        run = submit(contributor, project, spec=regression(**parameters), experiment="prices", display_name="Cars")
        run = carry_out(run)
        assert run.state == "completed", run.reason
        return run

    return trained


@pytest.fixture
def run(train) -> Run:
    return train()

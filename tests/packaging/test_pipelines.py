"""From a training run to a deployable inference pipeline, with real step processes and the real comparison."""

from __future__ import annotations

from pathlib import Path

import msgspec
import polars as pl
import pytest

from designer.graph.document import freeze
from mlops.blobs.trees import fetch_tree
from mlops.blocks.catalogue import component
from mlops.blocks.scoring import load_model
from mlops.formats.document import Document, DrawnNode
from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.packaging.actions import package_pipeline
from mlops.packaging.models import PipelinePackage
from mlops.packaging.package_tasks import package_pipeline as perform_package
from mlops.pipelines.actions import submit
from mlops.pipelines.inference import Source, derive_inference
from mlops.runs.models import Run, Step
from tests.execution.conftest import carry_out, dataset_version

pytestmark = pytest.mark.django_db(transaction=True)


def frame() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "make": [f"car{n % 3}" for n in range(60)],
            "power": [None if n % 11 == 3 else float(n) for n in range(60)],
            "price": [100.0 + 3 * n for n in range(60)],
        }
    )


def edge(source: str, source_port: str, target: str, target_port: str) -> Edge:
    return Edge(source=source, source_port=source_port, target=target, target_port=target_port)


TRAINING = PipelineSpec(
    nodes=(
        Node(id="data", component="dataset", version="1", parameters={"dataset": "Cars"}),
        Node(
            id="clean",
            component="clean_missing_data",
            version="1",
            parameters={"cleaning_mode": "replace_with_mean"},
        ),
        Node(id="split", component="split_data", version="1"),
        Node(id="learner", component="linear_regression", version="1"),
        Node(id="train", component="train_model", version="1", parameters={"label_column": "price"}),
        Node(id="score", component="score_model", version="1"),
    ),
    edges=(
        edge("data", "dataset", "clean", "dataset"),
        edge("clean", "cleaned_dataset", "split", "dataset"),
        edge("learner", "untrained_model", "train", "untrained_model"),
        edge("split", "results_dataset1", "train", "dataset"),
        edge("train", "trained_model", "score", "trained_model"),
        edge("split", "results_dataset2", "score", "dataset"),
    ),
)


@pytest.fixture
def trained(contributor, project, tmp_path) -> Run:
    dataset_version(project, frame(), tmp_path)
    run = carry_out(submit(contributor, project, spec=TRAINING, experiment="tests"))
    assert run.state == "completed", run.reason
    return run


def test_rows_that_training_left_out_are_refused_and_not_counted(contributor, project, tmp_path):
    dataset_version(project, frame(), tmp_path)
    clean = msgspec.structs.replace(TRAINING.nodes[1], parameters={"cleaning_mode": "remove_entire_row"})
    spec = msgspec.structs.replace(TRAINING, nodes=(TRAINING.nodes[0], clean, *TRAINING.nodes[2:]))
    run = carry_out(submit(contributor, project, spec=spec, experiment="tests"))
    package = packaged(contributor, run, derived(run))
    assert package.state == "accepted", package.reason
    assert "6 with missing values are refused" in package.reason


def derived(run: Run) -> Document:
    made = {
        step.node: {port: output["type"] for port, output in step.outputs.items()}
        for step in Step.objects.filter(run=run)
    }
    source = Source(
        run=str(run.pk),
        spec=msgspec.convert(run.spec, PipelineSpec),
        made=made,
        shapes=run.shapes,
        titles={},
    )
    return derive_inference(source, lambda node: component(node.component), score="", kind="realtime").document


def packaged(actor, run: Run, document: Document) -> PipelinePackage:
    inference = carry_out(submit(actor, run.project, spec=freeze(document), experiment="tests"))
    assert inference.state == "completed", inference.reason
    package = package_pipeline(actor, inference, name="cars-service")
    perform_package(str(package.pk))
    package.refresh_from_db()
    return package


def test_a_derived_pipeline_answers_as_the_training_run_scored(contributor, trained):
    package = packaged(contributor, trained, derived(trained))
    assert package.state == "accepted", package.reason
    assert package.report["held_out_rows"] == 30
    assert package.version is not None
    assert [field["name"] for field in package.version.signature["inputs"]] == ["make", "power"]


def test_the_registered_pipeline_answers_raw_rows(contributor, trained, tmp_path: Path):
    package = packaged(contributor, trained, derived(trained))
    fetch_tree(package.version.tree_id, tmp_path / "model")
    answer = load_model(tmp_path / "model").score(pl.DataFrame({"make": ["car1"], "power": [None]}))
    assert answer["Scored Labels"].is_finite().all()
    assert answer.columns == ["make", "power", "Scored Labels"]


def test_a_pipeline_that_mixes_the_rows_of_a_request_is_refused(contributor, trained):
    document = derived(trained)
    script = (
        "def azureml_main(dataframe1=None, dataframe2=None):\n"
        "    dataframe1['power'] = dataframe1['power'] - dataframe1['power'].mean()\n"
        "    return dataframe1\n"
    )
    mixing = DrawnNode(component="execute_python_script", version="1", parameters={"python_script": script})
    edges = [one for one in document.edges if one.target != "score" or one.target_port != "dataset"]
    edges += [
        edge("clean", "transformed_dataset", "mix", "dataset1"),
        edge("mix", "result_dataset", "score", "dataset"),
    ]
    changed = msgspec.structs.replace(document, nodes={**document.nodes, "mix": mixing}, edges=tuple(edges))
    package = packaged(contributor, trained, changed)
    assert package.state == "refused"
    assert "treats rows together" in package.reason


def test_a_pipeline_without_a_response_is_refused_at_once(contributor, trained):
    with pytest.raises(Refusal) as refused:
        package_pipeline(contributor, trained, name="cars-service")
    assert refused.value.code == "service_port_count"


def test_a_reader_may_not_package(reader, trained):
    with pytest.raises(Refusal) as refused:
        package_pipeline(reader, trained, name="cars-service")
    assert refused.value.status == 403

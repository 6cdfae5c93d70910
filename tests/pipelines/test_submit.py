"""From a graph to a run."""

from __future__ import annotations

import polars as pl
import pytest

from mlops.formats.pipeline import Node, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.pipelines.actions import PipelineInvalid, submit
from mlops.runs.models import Run, Step
from tests.execution.conftest import dataset_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def cars(project, tmp_path):
    frame = pl.DataFrame({"price": [1.0, 2.0]})
    return [dataset_version(project, frame.head(number), tmp_path, number=number) for number in (1, 2)]


def data(**parameters: object) -> PipelineSpec:
    node = Node(id="data", component="dataset", version="1", parameters={"dataset": "Cars", **parameters})
    return PipelineSpec(nodes=(node,), edges=())


def test_a_dataset_without_version_is_frozen_to_its_newest(contributor, project, cars):
    run = submit(contributor, project, spec=data(), experiment="e")
    assert run.spec["nodes"][0]["parameters"] == {"dataset": "Cars", "version": 2}
    older = submit(contributor, project, spec=data(version=1), experiment="e")
    assert older.spec["nodes"][0]["parameters"]["version"] == 1


def test_runs_are_counted_within_the_project(contributor, project, cars):
    assert [submit(contributor, project, spec=data(), experiment="e").number for _time in range(3)] == [1, 2, 3]


def test_a_new_run_waits_and_says_so_with_one_step_a_node(contributor, project, cars):
    run = submit(contributor, project, spec=data(), experiment=" prices ", display_name="Mine")
    assert (run.state, run.experiment.name, run.display_name) == ("queued", "prices", "Mine")
    assert run.reason
    assert list(Step.objects.filter(run=run).values_list("node", "title", "state")) == [("data", "Cars", "waiting")]
    assert {"python", "product", "polars"} <= set(run.snapshot["versions"])


def test_every_problem_is_in_the_refusal(contributor, project, cars):
    nodes = (*data(version=9).nodes, Node(id="split", component="split_data", version="1"))
    with pytest.raises(PipelineInvalid) as refused:
        submit(contributor, project, spec=PipelineSpec(nodes=nodes, edges=()), experiment="e")
    assert (refused.value.code, refused.value.status) == ("draft_invalid", 422)
    assert {problem["where"]["node"] for problem in refused.value.extra["problems"]} == {"data", "split"}
    assert not Run.objects.exists()


def test_an_experiment_is_needed(contributor, project, cars):
    with pytest.raises(Refusal, match="experiment"):
        submit(contributor, project, spec=data(), experiment="  ")


def test_a_reader_cannot_submit_and_a_stranger_does_not_learn_of_the_project(reader, stranger, project, cars):
    for person, status in ((reader, 403), (stranger, 404)):
        with pytest.raises(Refusal) as refused:
            submit(person, project, spec=data(), experiment="e")
        assert refused.value.status == status

"""Runs of drawings with parameters, disabled, bypassed and pinned steps."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from mlops.formats.pipeline import Edge, Node, Pin, PipelineParameter, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.pipelines.actions import submit
from mlops.registry.actions import register
from mlops.runs.models import Run, Step
from tests.execution.conftest import carry_out

pytestmark = pytest.mark.django_db(transaction=True)

SHARE = "fraction_of_rows_in_the_first_output_dataset"


def two_steps(**split: Any) -> PipelineSpec:
    first = Node(id="first", component="split_data", version="1", parameters={SHARE: {"$parameter": "share"}}, **split)
    return PipelineSpec(
        nodes=(
            Node(id="data", component="dataset", version="1", parameters={"dataset": "Cars"}),
            first,
            Node(id="second", component="split_data", version="1", parameters={SHARE: 0.5}),
        ),
        edges=(
            Edge(source="data", source_port="dataset", target="first", target_port="dataset"),
            Edge(source="first", source_port="results_dataset1", target="second", target_port="dataset"),
        ),
        parameters={"share": PipelineParameter(type="decimal", default=0.5)},
    )


@pytest.fixture
def run(contributor, project, cars):
    def ran(spec: PipelineSpec, **asked: Any) -> Run:
        return carry_out(carry_out(submit(contributor, project, spec=spec, experiment="modes", **asked)))

    return ran


def states(run: Run) -> dict[str, str]:
    return dict(Step.objects.filter(run=run).values_list("node", "state"))


def test_a_given_value_is_in_the_run_and_in_its_record(run):
    done = run(two_steps(), parameters={"share": 0.9})
    assert states(done) == {"data": "completed", "first": "completed", "second": "completed"}
    assert done.asked["parameters"] == {"share": 0.9}
    assert done.spec["nodes"][1]["parameters"] == {SHARE: 0.9}


def test_a_disabled_step_is_skipped_and_the_run_is_complete(run):
    done = run(two_steps(mode="disabled"))
    assert (done.state, states(done)) == ("completed", {"data": "completed", "first": "skipped", "second": "skipped"})
    assert "disabled" in Step.objects.get(run=done, node="second").reason


def test_a_bypassed_step_gives_its_input_on(run):
    done = run(two_steps(mode="bypassed"))
    assert states(done) == {"data": "completed", "first": "skipped", "second": "completed"}


def test_a_pinned_output_stands_in_and_the_run_says_so(run, contributor, project):
    earlier = run(two_steps())
    tree = Step.objects.get(run=earlier, node="first").outputs["results_dataset1"]["tree"]
    pin = Pin(
        run=str(earlier.pk),
        node="first",
        port="results_dataset1",
        tree=tree,
        pinned_at="2026-11-25T10:00:00Z",
        pinned_by="olga",
    )
    done = run(two_steps(pins={"results_dataset1": pin}), parameters={"share": 0.1})
    assert states(done) == {"data": "skipped", "first": "reused", "second": "reused"}
    assert "olga" in Step.objects.get(run=done, node="first").reason
    assert done.asked["pins"] == [{"node": "first", "port": "results_dataset1", "pin": msgspec.to_builtins(pin)}]
    with pytest.raises(Refusal, match="olga") as refused:
        register(contributor, project, name="m", run=done, node="second", port="results_dataset1")
    assert refused.value.code == "run_pinned"


def test_a_pin_whose_bytes_are_gone_is_a_failure_that_names_the_port(run):
    pin = Pin(run="x", node="first", port="results_dataset1", tree="0" * 64, pinned_at="2026", pinned_by="olga")
    done = run(two_steps(pins={"results_dataset1": pin}))
    assert Step.objects.get(run=done, node="first").error["code"] == "pin_gone"


def test_a_step_to_regenerate_runs_again_though_nothing_changed(run):
    run(two_steps())
    assert states(run(two_steps(regenerate=True)))["first"] == "completed"
    assert states(run(two_steps()))["first"] == "reused"


def test_a_run_that_stops_at_a_failure_starts_nothing_more(run):
    script = "def azureml_main(dataframe1=None, dataframe2=None):\n    raise ValueError('no')\n"
    bad = Node(id="bad", component="execute_python_script", version="1", parameters={"python_script": script})
    spec = two_steps()
    spec = PipelineSpec(nodes=(bad, *spec.nodes), edges=spec.edges, parameters=spec.parameters)
    done = run(spec, continue_on_step_failure=False)
    assert (done.state, states(done)["second"]) == ("failed", "skipped")
    assert states(run(spec))["second"] in ("completed", "reused")

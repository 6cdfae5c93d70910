"""Light steps that a worker takes together: each ends as it would have by itself."""

from __future__ import annotations

from functools import partial

import pytest

from mlops.execution import stopping
from mlops.execution.advance import advance
from mlops.execution.claiming import claim_beside, claim_next
from mlops.execution.executors import process
from mlops.execution.executors.process import ProcessExecutor
from mlops.execution.going_on import go_on, go_on_after
from mlops.execution.perform import perform, perform_one
from mlops.execution.together import carry_out_together
from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.pipelines.actions import submit
from mlops.runs.models import LogLine, Run, Step

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = Node(id="data", component="enter_data_manually", version="1", parameters={"data": "a\n1\n"})
SAME = {"select_columns": {"mode": "rules", "begin_with": "all"}}
ABSENT = {"select_columns": {"mode": "names", "names": ["b"]}}
WIDTH = 12
work = partial(perform, done=go_on, all_done=go_on_after)


def selecting(name: str) -> Node:
    return Node(id=name, component="select_columns_in_dataset", version="1", regenerate=True, parameters=SAME)


@pytest.fixture
def wide(owner, project):
    """A run of a table that feeds a dozen light steps, whose table is made."""

    def begin(*failing: str) -> Run:
        names = [f"s{number:02}" for number in range(WIDTH)]
        nodes = [selecting(name) for name in names]
        edges = [Edge(source="data", source_port="dataset", target=name, target_port="dataset") for name in names]
        spec = PipelineSpec(nodes=(TABLE, *nodes), edges=tuple(edges))
        run = submit(owner, project, spec=spec, experiment="together")
        for node in run.spec["nodes"]:  # what nobody foresaw at the submit
            node["parameters"] = ABSENT if node["id"] in failing else node["parameters"]
        Run.objects.filter(pk=run.pk).update(spec=run.spec)
        advance(run.pk)
        table = claim_next()
        assert table is not None
        perform_one(table, ProcessExecutor())
        go_on(table)
        return run

    return begin


def taken() -> list[Step]:
    first = claim_next()
    assert first is not None
    return [first, *claim_beside(first)]


def states(run: Run) -> list[str]:
    return list(Step.objects.filter(run=run).exclude(node="data").order_by("node").values_list("state", flat=True))


def test_a_part_of_what_waits_is_taken_together(wide):
    run = wide()
    steps = taken()
    assert len(steps) == 1 + (WIDTH - 1) // 4
    assert states(run).count("running") == len(steps)
    assert {(step.attempt, step.lease_owner != "") for step in Step.objects.filter(run=run, state="running")} == {
        (1, True)
    }


def test_all_are_completed_each_with_its_own_log_and_outputs(wide):
    run = wide()
    work(0)
    run.refresh_from_db()
    assert (run.state, set(states(run))) == ("completed", {"completed"})
    for step in Step.objects.filter(run=run).exclude(node="data"):
        assert step.outputs["results_dataset"]["type"] == "table"
        assert step.lease_until is None
        assert step.ended_at >= step.started_at
        assert LogLine.objects.filter(step=step).values_list("text", flat=True).get() == "Keeping 1 of 1 columns."


def test_one_that_fails_fails_by_itself_with_its_reason(wide):
    run = wide("s01")
    work(0)
    failed = Step.objects.get(run=run, node="s01")
    assert failed.state == "failed"
    assert "b" in failed.reason
    assert states(run).count("completed") == WIDTH - 1


def test_what_was_lost_before_is_taken_alone(wide):
    run = wide()
    Step.objects.filter(run=run, state="queued").update(attempt=1)
    assert len(taken()) == 1


def test_what_another_has_meanwhile_is_left_to_it(wide):
    run = wide()
    steps = taken()
    Step.objects.filter(pk=steps[1].pk).update(attempt=2, lease_owner="another:1")
    outcome = carry_out_together(steps)
    assert steps[1] not in [*outcome.completed, *outcome.alone]
    assert Step.objects.get(pk=steps[1].pk).state == "running"
    assert states(run).count("completed") == len(steps) - 1


def test_where_no_process_can_be_started_each_is_tried_by_itself(wide, monkeypatch):
    wide()
    steps = taken()

    def refuse(_orders: object) -> None:
        raise Refusal("runtime_unavailable", "none")

    monkeypatch.setattr(process._runner, "start_together", refuse)
    outcome = carry_out_together(steps)
    assert (outcome.completed, outcome.alone) == ([], steps)


def test_a_worker_that_is_to_end_gives_them_back_uncounted(wide, monkeypatch):
    run = wide()
    steps = taken()
    monkeypatch.setattr(stopping, "is_asked", lambda: True)
    outcome = carry_out_together(steps)
    assert outcome.alone == []
    given = Step.objects.filter(run=run, state="queued")
    assert set(given.values_list("attempt", flat=True)) == {0}
    assert given.count() + len(outcome.completed) == WIDTH

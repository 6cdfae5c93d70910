"""After a step only what it feeds is looked at; where more may be due, all of its run is."""

from __future__ import annotations

import pytest
from django.test.utils import CaptureQueriesContext

from mlops.execution.advance import advance
from mlops.execution.going_on import go_on
from mlops.execution.perform import perform
from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.pipelines.actions import submit
from mlops.runs.models import Run, Step

TABLE = Node(id="data", component="enter_data_manually", version="1", parameters={"data": "a\n1\n"})
SAME = {"select_columns": {"mode": "rules", "begin_with": "all"}}


def selecting(name: str, feeder: str) -> tuple[Node, Edge]:
    node = Node(id=name, component="select_columns_in_dataset", version="1", regenerate=True, parameters=SAME)
    port = "dataset" if feeder == "data" else "results_dataset"
    return node, Edge(source=feeder, source_port=port, target=name, target_port="dataset")


@pytest.fixture
def begin(owner, project):
    """A run of a table and of steps, each with the one that feeds it."""

    def begin(**fed_by: str) -> Run:
        parts = [selecting(name, feeder) for name, feeder in fed_by.items()]
        spec = PipelineSpec(nodes=(TABLE, *(node for node, _edge in parts)), edges=tuple(edge for _node, edge in parts))
        run = submit(owner, project, spec=spec, experiment="going on")
        advance(run.pk)
        return run

    return begin


def states_of(run: Run) -> dict[str, str]:
    return dict(Step.objects.filter(run=run).order_by("node").values_list("node", "state"))


def all_done(step: Step) -> None:
    go_on(step, served=1)


@pytest.mark.django_db(transaction=True)
def test_a_graph_is_carried_out_by_looks_at_neighbours(begin):
    run = begin(one="data", two="one", three="two", other="data")
    perform(Step.objects.get(run=run, node="data").pk, done=all_done)
    assert set(states_of(run).values()) == {"completed"}
    run.refresh_from_db()
    assert run.state == "completed"


@pytest.mark.django_db(transaction=True)
def test_a_step_whose_call_was_lost_is_started_by_the_next_that_looks_at_all(begin):
    run = begin(one="data", two="one")
    step = Step.objects.get(run=run, node="data")
    perform(step.pk, done=lambda _step: None)
    assert states_of(run)["one"] == "waiting"
    advance(run.pk)
    assert states_of(run)["one"] == "queued"


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_cancelled_ends_after_the_step_that_ran(begin):
    run = begin(one="data", two="one")

    def cancel(step: Step) -> None:
        Run.objects.filter(pk=run.pk).update(state="cancelling")
        go_on(step)

    perform(Step.objects.get(run=run, node="data").pk, done=cancel)
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert states_of(run) == {"data": "completed", "one": "cancelled", "two": "cancelled"}


@pytest.mark.django_db(transaction=True)
def test_a_step_that_feeds_nobody_costs_one_question(begin):
    from django.db import connection

    run = begin(**{f"step{number}": "data" for number in range(8)})
    advance(run.pk)
    step = Step.objects.select_related("run").get(run=run, node="step3")
    step.state = "completed"
    go_on(step)  # the graph is known from here on
    with CaptureQueriesContext(connection) as asked:
        go_on(step)
    assert len(asked) == 1

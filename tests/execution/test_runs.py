"""Runs carried out with real step processes."""

from __future__ import annotations

import os
from datetime import timedelta

import msgspec
import pytest
from django.utils import timezone

from mlops.accounts.membership import create_project
from mlops.blobs.stores import store
from mlops.blobs.trees import manifest_of
from mlops.events.models import Event
from mlops.execution.advance import advance
from mlops.execution.claiming import claimable
from mlops.execution.going_on import go_on
from mlops.execution.here import here
from mlops.execution.news import MOST_LOG_LINES, record_news
from mlops.execution.perform import perform
from mlops.execution.retry import give_back
from mlops.execution.reuse import earlier
from mlops.execution.sweep import sweep
from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.formats.step import ProgressLine
from mlops.pipelines.actions import PipelineInvalid, cancel, submit
from mlops.runs.models import Experiment, LogLine, Metric, Run, Step
from mlops.runs.outputs import look
from mlops.runs.tracking import start_tracked
from mlops.runtime.step import Journal
from tests.execution.conftest import carry_out

pytestmark = pytest.mark.django_db(transaction=True)

SCRIPT = "import pandas as pd\ndef azureml_main(dataframe1=None, dataframe2=None):\n    {body}\n"


def step_of(run: Run) -> Step:
    return Step.objects.get(run=run, node="step")


def test_a_run_ends_with_tables_that_can_be_looked_at(begin):
    run = carry_out(begin("split_data", fraction_of_rows_in_the_first_output_dataset=0.5))
    assert run.state == "completed", run.reason
    found = look(step_of(run).outputs["results_dataset1"], limit=5)
    assert (found["row_count"], len(found["rows"]), found["profile"]["row_count"]) == (15, 5, 15)


def test_an_unchanged_step_is_reused_and_says_from_where(begin):
    first = carry_out(begin("split_data"))
    second = carry_out(begin("split_data"))
    step = step_of(second)
    assert (step.state, step.reused_from) == ("reused", step_of(first))
    assert "#1" in step.reason


def test_a_changed_parameter_runs_again(begin):
    carry_out(begin("split_data"))
    again = carry_out(begin("split_data", fraction_of_rows_in_the_first_output_dataset=0.9))
    assert step_of(again).state == "completed"


def test_a_script_that_fails_says_its_line_and_its_words(begin):
    run = carry_out(begin("execute_python_script", python_script=SCRIPT.format(body="return 1 / 0")))
    step = step_of(run)
    assert (run.state, step.state) == ("failed", "failed")
    assert "ZeroDivisionError" in step.error["message"] + step.error.get("traceback", "")
    assert step.error["where"]["node"] == "step"


def test_what_a_script_prints_is_in_its_log(begin):
    run = carry_out(
        begin("execute_python_script", python_script=SCRIPT.format(body="print('hello'); return dataframe1"))
    )
    assert run.state == "completed", run.reason
    assert "hello" in [line.text for line in LogLine.objects.filter(step=step_of(run))]


def test_a_script_that_kills_its_process_is_a_failure_with_a_reason(begin):
    body = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    run = carry_out(begin("execute_python_script", python_script=SCRIPT.format(body=body)))
    assert (run.state, step_of(run).error["code"]) == ("failed", "killed")


def test_a_pipeline_with_faults_is_refused_with_all_of_them(begin):
    with pytest.raises(PipelineInvalid) as refused:
        begin("split_data", fraction_of_rows_in_the_first_output_dataset=7)
    assert refused.value.extra["problems"][0]["where"]["parameter"] == "fraction_of_rows_in_the_first_output_dataset"
    assert not Run.objects.exists()


def test_a_cancelled_run_ends_as_cancelled_and_cannot_be_cancelled_twice(begin, contributor):
    run = begin("split_data")
    cancel(contributor, run)
    advance(run.pk)
    run.refresh_from_db()
    assert run.state == "cancelled"
    with pytest.raises(Refusal, match="already"):
        cancel(contributor, run)


def test_a_step_whose_worker_died_is_tried_again_and_at_last_failed_with_the_reason(begin):
    run = begin("split_data")
    advance(run.pk)
    for attempt in (1, 2, 3):
        lost = Step.objects.filter(run=run, node="step")
        lost.update(state="running", attempt=attempt, lease_until="2020-01-01T00:00Z")
        sweep()
    advance(run.pk)
    run.refresh_from_db()
    assert (run.state, step_of(run).error["code"]) == ("failed", "worker_lost")


def test_a_reader_may_look_but_not_cancel(begin, reader):
    with pytest.raises(Refusal) as refused:
        cancel(reader, begin("split_data"))
    assert refused.value.status == 403


class Broken:
    """An executor that cannot start anything, or whose machine has no room on its disk."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def start(self, order):
        raise self.error


@pytest.mark.parametrize(
    "error", [Refusal("runtime_unavailable", "No process for the step could be started: fork failed."), OSError("disk")]
)
def test_what_is_no_fault_of_the_step_is_tried_again_after_a_pause(begin, error):
    run = begin("split_data")
    advance(run.pk)
    perform(step_of(run).pk, done=go_on, executor=Broken(error))
    step = step_of(run)
    assert step.state == "queued"
    assert "attempt 2 of 3" in step.reason
    assert not claimable().filter(pk=step.pk).exists()
    assert step.lease_until > timezone.now()


def test_a_step_fails_with_the_reason_when_trying_again_does_not_help(begin):
    run = begin("split_data")
    advance(run.pk)
    for _attempt in range(3):
        Step.objects.filter(run=run).update(lease_until=None)
        perform(step_of(run).pk, done=go_on, executor=Broken(OSError("no space left on device")))
    run.refresh_from_db()
    assert run.state == "failed"
    assert "no space left" in run.reason
    assert "3 times" in run.reason


def test_independent_branches_go_on_after_a_failure_and_the_rest_is_skipped(contributor, project, cars):
    bad = SCRIPT.format(body="return 1 / 0")
    nodes = (
        Node(id="bad", component="execute_python_script", version="1", parameters={"python_script": bad}, title="Bad"),
        Node(id="behind", component="split_data", version="1"),
        Node(id="data", component="dataset", version="1", parameters={"dataset": "Cars"}),
        Node(id="good", component="split_data", version="1"),
    )
    edges = (
        Edge(source="data", source_port="dataset", target="bad", target_port="dataset1"),
        Edge(source="bad", source_port="result_dataset", target="behind", target_port="dataset"),
        Edge(source="data", source_port="dataset", target="good", target_port="dataset"),
    )
    run = carry_out(submit(contributor, project, spec=PipelineSpec(nodes=nodes, edges=edges), experiment="tests"))
    states = dict(Step.objects.filter(run=run).values_list("node", "state"))
    assert states == {"data": "completed", "bad": "failed", "behind": "skipped", "good": "completed"}
    assert run.state == "failed"
    assert "“Bad” failed" in run.reason
    assert "“Bad” failed" in Step.objects.get(run=run, node="behind").reason


def test_a_step_that_gets_nothing_says_from_where(begin):
    run = begin("split_data")
    advance(run.pk)
    Step.objects.filter(run=run, node="step").update(state="waiting")
    Step.objects.filter(run=run, node="data").update(outputs={})
    advance(run.pk)
    run.refresh_from_db()
    assert (run.state, step_of(run).error["code"]) == ("failed", "input_absent")


def test_the_result_of_a_step_whose_bytes_are_gone_is_not_reused(begin):
    first = carry_out(begin("split_data"))
    store().delete(manifest_of(step_of(first).outputs["results_dataset1"]["tree"]).files[0].digest)
    assert step_of(carry_out(begin("split_data"))).state == "completed"


def test_another_project_does_not_take_the_result(begin, contributor, owner):
    first = carry_out(begin("split_data"))
    elsewhere = create_project(owner, name="Elsewhere", slug="elsewhere")
    assert earlier(first, step_of(first).reuse_key) is not None
    first.project = elsewhere
    assert earlier(first, step_of(first).reuse_key) is None


def test_metrics_of_a_lost_attempt_are_not_kept_twice(begin):
    run = begin("split_data")
    advance(run.pk)
    Metric.objects.create(run=run, node="step", key="of a lost attempt", value=1.0, at=timezone.now())
    Step.objects.filter(run=run, node="step").update(attempt=1)
    carry_out(run)
    assert not Metric.objects.filter(run=run, node="step").exists()


def test_a_step_that_is_given_back_leaves_no_metric(begin):
    run = begin("split_data")
    advance(run.pk)
    Step.objects.filter(run=run, node="step").update(state="running", attempt=1)
    Metric.objects.create(run=run, node="step", key="of before", value=1.0, at=timezone.now())
    assert give_back(step_of(run), why="Its worker was stopped.")
    assert not Metric.objects.filter(run=run, node="step").exists()


def test_a_step_costs_few_statements(begin, django_assert_max_num_queries):
    run = begin("split_data")
    advance(run.pk)
    here.look()  # as it does every two seconds
    # Two outputs, for which the quota of storage is asked, and the end of the run, whose event tells its tags, with
    # each BEGIN and COMMIT; and on a busy machine the three that are asked every two seconds.
    with django_assert_max_num_queries(51):
        perform(step_of(run).pk, done=go_on)


def test_a_step_is_called_again_as_soon_as_its_pause_is_over(begin, monkeypatch):
    called = []
    monkeypatch.setattr("mlops.execution.sweep.later", lambda name, *ids: called.append((name, *ids)))
    run = begin("split_data")
    advance(run.pk)
    lost = Step.objects.filter(run=run, node="step")
    lost.update(state_since=timezone.now(), lease_until=timezone.now() + timedelta(minutes=1))
    sweep()
    assert ("execution.step", step_of(run).pk) not in called
    lost.update(lease_until=timezone.now())
    sweep()
    assert ("execution.step", step_of(run).pk) in called


def test_a_run_that_a_client_tells_of_goes_on_until_it_says_otherwise(project, owner, monkeypatch):
    called = []
    monkeypatch.setattr("mlops.execution.sweep.later", lambda name, *ids: called.append((name, *ids)))
    run = start_tracked(owner, Experiment.objects.create(project=project, name="outside"))
    sweep()
    assert called == []
    advance(run.pk)  # as after the end of a run below it
    run.refresh_from_db()
    assert run.state == "running"
    cancel(owner, run)
    sweep()
    assert called == [("execution.advance", run.pk)]
    advance(run.pk)
    run.refresh_from_db()
    assert run.state == "cancelled"


def test_folders_that_a_killed_worker_left_are_swept_away(begin, data_dir):
    left, young = data_dir / "steps" / "999-1", data_dir / "steps" / "998-1"
    for folder in (left, young):
        folder.mkdir(parents=True)
    os.utime(left, (0, 0))
    sweep()
    assert not left.exists()
    assert young.exists()


def test_a_long_log_says_where_it_was_cut(begin):
    step = step_of(carry_out(begin("split_data")))
    LogLine.objects.filter(step=step).delete()
    LogLine.objects.create(step=step, seq=MOST_LOG_LINES - 1, at=timezone.now(), stream="log", text="before")
    news = [ProgressLine(kind="log", at=0.0, text=f"line {number}") for number in range(5)]
    record_news(step, news)
    record_news(step, news)
    last = LogLine.objects.filter(step=step).order_by("seq").values_list("text", flat=True)
    assert list(last)[1:] == ["line 0", "The log of a step is kept up to 100000 lines; what follows is left out."]


def test_the_events_tell_who_and_why(begin, contributor):
    run = carry_out(begin("split_data"))
    told = list(Event.objects.filter(subject=f"runs/{run.pk}").order_by("seq").values_list("type", "actor_name"))
    assert told == [
        ("mlops.run.submitted", "carl"),
        ("mlops.run.started", "system"),
        ("mlops.run.completed", "system"),
    ]
    other = begin("split_data", random_seed=7)
    cancel(contributor, other)
    advance(other.pk)
    other.refresh_from_db()
    assert other.reason == "Cancelled by carl; all its steps have stopped."


def test_a_metric_that_is_infinite_reaches_its_run_as_such(begin, tmp_path):
    run = begin("split_data")
    reporter = Journal(tmp_path / "progress.jsonl")
    reporter.metric("ratio", float("inf"), 3)
    lines = [msgspec.json.decode(line, type=ProgressLine) for line in (tmp_path / "progress.jsonl").open("rb")]
    record_news(step_of(run), lines)
    metric = Metric.objects.get(run=run, node="step")
    assert (metric.key, metric.value, metric.special, metric.position) == ("ratio", None, "inf", 3)

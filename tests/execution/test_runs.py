"""Runs carried out with real step processes."""

from __future__ import annotations

import pytest

from mlops.execution.advance import advance
from mlops.execution.sweep import sweep
from mlops.formats.refusal import Refusal
from mlops.pipelines.actions import PipelineInvalid, cancel
from mlops.runs.models import LogLine, Run, Step
from mlops.runs.outputs import look
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

"""Sweeps with real processes: trials are runs of their own, and the best one's outputs are the sweep's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.blobs.trees import open_file
from mlops.execution.advance import advance
from mlops.execution.perform import perform
from mlops.execution.sweep import sweep
from mlops.formats.sweep import Distribution, EarlyTermination, Objective, Sampling, SweepLimits
from mlops.pipelines.actions import cancel
from mlops.runs.models import LatestMetric, LogLine, Run, Step
from tests.execution.sweeps.conftest import SCORES, drive, look, sweep_of, trials_of

pytestmark = pytest.mark.django_db(transaction=True)
GRID = Sampling(type="grid")


def test_the_best_trials_outputs_are_the_sweeps(begin_sweep):
    run = drive(begin_sweep(sweep_of(sampling=GRID)))
    step = Step.objects.get(run=run)
    assert (run.state, step.state) == ("completed", "completed"), step.error
    assert open_file(step.outputs["model"]["tree"], "x.txt").read() == b"5\n"
    assert "trial 1, has score 5" in step.reason
    assert LatestMetric.objects.get(run=run, key="score").value == 5


def test_trials_are_runs_of_the_sweep_with_its_name_and_a_number(begin_sweep):
    run = drive(begin_sweep(sweep_of(sampling=GRID)))
    trials = trials_of(run)
    assert [(one.run.name, one.run.kind, one.run.parent_id) for one in trials] == [
        (f"tuning_{number}", "command", run.pk) for number in range(3)
    ]
    assert [one.values for one in trials] == [{"x": 1}, {"x": 5}, {"x": 3}]
    assert [one.score for one in trials] == [1, 5, 3]
    assert [one.is_best for one in trials] == [False, True, False]


def test_the_sweeps_log_tells_its_trials_as_they_come(begin_sweep):
    run = drive(begin_sweep(sweep_of(sampling=GRID, limits=SweepLimits(max_total_trials=2, max_concurrent_trials=1))))
    told = list(LogLine.objects.filter(step__run=run).order_by("seq").values_list("text", flat=True))
    assert told[0] == "Trial 0 began: x=1"
    assert told[-1] == "Trial 1 completed: score 5, the best so far"
    assert "the best, trial 1" in run.reason


def test_no_more_trials_go_on_at_once_than_the_limit_says(begin_sweep):
    run = begin_sweep(sweep_of(sampling=GRID))
    for _ in range(3):
        look(run)
    assert [one.number for one in trials_of(run)] == [0, 1]


def test_the_least_is_the_best_where_it_is_sought(begin_sweep):
    objective = Objective(goal="minimize", primary_metric="score")
    run = drive(begin_sweep(sweep_of(sampling=GRID, objective=objective)))
    assert [one.is_best for one in trials_of(run)] == [True, False, False]


def test_a_failed_trial_does_not_fail_the_sweep(begin_sweep):
    run = drive(begin_sweep(sweep_of(f"[ ${{{{inputs.x}}}} != 5 ] || exit 3; {SCORES}", sampling=GRID)))
    assert run.state == "completed"
    assert [one.run.state for one in trials_of(run)] == ["completed", "failed", "completed"]
    assert trials_of(run)[2].is_best


def test_a_sweep_fails_where_all_its_trials_do_and_says_why(begin_sweep):
    run = drive(begin_sweep(sweep_of("echo broken >&2; exit 3", sampling=GRID)))
    step = Step.objects.get(run=run)
    assert (run.state, step.error["code"]) == ("failed", "trials_failed")
    assert "broken" in step.error["message"]


def test_a_metric_that_no_trial_logs_is_named_with_the_nearest(begin_sweep):
    objective = Objective(goal="maximize", primary_metric="scores")
    run = drive(begin_sweep(sweep_of(sampling=GRID, objective=objective)))
    error = Step.objects.get(run=run).error
    assert (error["code"], error["hint"]) == ("metric_missing", "Did you mean 'score'?")


def test_the_sweep_fails_after_ten_useless_trials(begin_sweep):
    space = {"x": Distribution(type="randint", upper=40)}
    limits = SweepLimits(max_total_trials=40, max_concurrent_trials=5)
    run = drive(begin_sweep(sweep_of("exit 1", space=space, limits=limits, sampling=GRID)))
    assert run.state == "failed"
    assert len(trials_of(run)) < 20


def test_cancelling_the_sweep_cancels_its_trials(begin_sweep, contributor):
    run = begin_sweep(sweep_of(sampling=GRID))
    look(run)
    cancel(contributor, run)
    drive(run)
    assert run.state == "cancelled"
    assert {one.run.state for one in trials_of(run)} == {"cancelled"}
    assert "because its sweep was cancelled" in trials_of(run)[0].run.reason


def test_looks_from_everywhere_at_once_begin_no_trial_twice(begin_sweep):
    run = begin_sweep(sweep_of(sampling=GRID))
    for _ in range(5):
        advance(run.pk)
        sweep()
    assert [one.number for one in trials_of(run)] == [0, 1]


def test_equal_trials_are_reused(begin_sweep):
    drive(begin_sweep(sweep_of(sampling=GRID)))
    again = sweep_of(sampling=GRID, limits=SweepLimits(max_total_trials=2))
    run = drive(begin_sweep(again, name="again"))
    states = Step.objects.filter(run__in=[one.run_id for one in trials_of(run)]).values_list("state", flat=True)
    assert set(states) == {"reused"}
    assert [one.score for one in trials_of(run)] == [1, 5]


def test_a_bandit_stops_what_is_far_behind(begin_sweep):
    series = f"for n in 1 2 3; do {SCORES}; done; [ ${{{{inputs.x}}}} = 5 ] || sleep 60"
    policy = EarlyTermination(type="bandit", slack_factor=0.2, evaluation_interval=1, delay_evaluation=2)
    limits = SweepLimits(max_total_trials=2, max_concurrent_trials=1)
    space = {"x": Distribution(type="choice", values=(5, 1))}
    run = begin_sweep(sweep_of(series, space=space, sampling=GRID, early_termination=policy, limits=limits))
    drive(run, looks_at_news=True)
    good, bad = trials_of(run)
    assert (good.run.state, bad.run.state, bad.stopped_early) == ("completed", "cancelled", True)
    assert "bandit" in bad.run.reason
    assert "1 was stopped early" in Step.objects.get(run=run).reason


def test_a_sweep_over_its_time_ends_with_what_it_has(begin_sweep):
    run = begin_sweep(
        sweep_of(sampling=GRID, limits=SweepLimits(max_total_trials=3, max_concurrent_trials=1, timeout_seconds=3600))
    )
    look(run)
    look(run)
    step = Step.objects.get(run=run)
    trial = trials_of(run)[0]
    look(run)
    perform(Step.objects.get(run=trial.run).pk, done=lambda pk: None)
    advance(trial.run_id)
    Step.objects.filter(pk=step.pk).update(started_at=step.started_at.replace(year=2020))
    drive(run)
    assert run.state == "completed"
    assert len(trials_of(run)) == 1
    assert "time limit" in Step.objects.get(run=run).reason


def test_a_sweep_that_is_not_looked_at_holds_no_slot(begin_sweep):
    run = begin_sweep(sweep_of(sampling=GRID))
    look(run)
    assert Step.objects.get(run=run).lease_until is None
    assert Run.objects.get(pk=run.pk).state == "running"


def test_a_sweep_goes_on_after_the_worker_of_a_trial_was_killed(begin_sweep):
    run = begin_sweep(sweep_of(sampling=GRID))
    look(run)
    look(run)
    lost = Step.objects.filter(run=trials_of(run)[0].run_id, node="job")
    lost.update(state="running", lease_owner="gone:1", lease_until=timezone.now() - timedelta(seconds=1), attempt=1)
    sweep()
    assert lost.get().state == "queued"
    lost.update(lease_until=None)  # its pause is over
    drive(run)
    assert run.state == "completed"
    assert [one.score for one in trials_of(run)] == [1, 5, 3]


def test_a_trial_that_takes_too_long_is_ended_and_its_values_are_in_its_environment(begin_sweep):
    command = f"[ $AZUREML_SWEEP_x != 5 ] || sleep 30; {SCORES}"
    limits = SweepLimits(max_total_trials=3, trial_timeout_seconds=1.0)
    run = drive(begin_sweep(sweep_of(command, sampling=GRID, limits=limits)))
    assert [one.run.state for one in trials_of(run)] == ["completed", "failed", "completed"]
    assert "longer" in trials_of(run)[1].run.reason

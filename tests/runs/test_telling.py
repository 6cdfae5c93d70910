"""Every state of a run and of a step says why, since when, and what to do next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mlops.runs.models import RunKind, RunState, StepState
from mlops.runs.telling import RunFacts, StepFacts, Surroundings, tell_run, tell_step

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(minutes=5)
WORKS = Surroundings(now=NOW, worker_seen_at=NOW)
NOBODY = Surroundings(now=NOW, has_worker=False, worker_seen_at=NOW - timedelta(minutes=2))


def step(state: str, around: Surroundings = WORKS, **facts: object):
    return tell_step(StepFacts(**{"state": state, "reason": "", "since": BEFORE, **facts}), around)  # type: ignore[arg-type]


def run(state: str, around: Surroundings = WORKS, **facts: object):
    return tell_run(RunFacts(**{"state": state, "reason": "", "since": BEFORE, **facts}), around)  # type: ignore[arg-type]


@pytest.mark.parametrize("around", [WORKS, NOBODY], ids=["a worker runs", "no worker runs"])
@pytest.mark.parametrize("state", StepState.values)
def test_no_state_of_a_step_is_without_words(state, around):
    told = step(state, around)
    assert all((told.reason, told.hint, told.since))


@pytest.mark.parametrize("around", [WORKS, NOBODY], ids=["a worker runs", "no worker runs"])
@pytest.mark.parametrize("state", RunState.values)
@pytest.mark.parametrize("kind", RunKind.values)
def test_no_state_of_a_run_is_without_words(kind, state, around):
    told = run(state, around, kind=kind)
    assert all((told.reason, told.hint, told.since))


def test_a_waiting_step_names_what_it_waits_for():
    assert step("waiting", waits_for=("Split Data", "Train Model")).reason == "Waits for “Split Data”, “Train Model”."


def test_many_are_named_in_part():
    assert "and 2 more" in step("waiting", waits_for=("A", "B", "C", "D", "E")).reason


@pytest.mark.parametrize("state", ["queued", "running"])
def test_without_a_worker_it_is_said_since_when_and_who_helps(state):
    told = step(state, NOBODY)
    assert told.reason == "No worker is running."
    assert told.since == NOBODY.worker_seen_at
    assert "mlops doctor" in told.hint


def test_a_step_without_a_slot_names_the_runs_that_have_them():
    told = step("queued", Surroundings(now=NOW, holders=("run #7",), slots=2))
    assert told.reason == "Waits for a free slot: the 2 slots of each worker are held by run #7."


def test_a_step_that_is_tried_again_keeps_the_cause_and_counts_down():
    cause = "The worker that ran it died. It will be tried again (attempt 2 of 3)."
    told = step("queued", attempt=1, reason=cause, not_before=NOW + timedelta(seconds=4))
    assert (told.reason, told.hint) == (cause, "It starts again in 4 seconds.")


def test_a_further_attempt_is_counted_while_it_runs():
    assert step("running", attempt=2, reason="Running on a:1.").reason == "Running on a:1. This is attempt 2."


def test_a_failure_keeps_the_remedy_of_its_cause():
    assert step("failed", reason="Too large.", error_hint="Sample first.").hint == "Sample first."


def test_a_pinned_step_says_how_to_let_it_run():
    assert "pin off" in step("reused", reason="Pinned by ada.", is_pinned=True).hint


def test_a_run_says_how_far_it_is_and_what_runs():
    assert (
        run("running", done=3, count=8, running=("Train Model",)).reason == "3 of 8 steps done. Running: Train Model."
    )


def test_a_run_without_slots_names_who_has_them():
    around = Surroundings(now=NOW, holders=("run #7",))
    assert "held by run #7" in run("running", around, done=1, count=3, queued=("Train Model",)).reason


def test_what_to_do_with_a_completed_run_suits_its_kind():
    hints = {kind: run("completed", kind=kind).hint for kind in RunKind.values}
    assert len(set(hints.values())) == len(hints)
    assert [kind for kind, hint in hints.items() if "pipeline" in hint] == ["pipeline"]


def test_a_run_that_its_client_reports_waits_for_no_worker_of_ours():
    told = run("running", NOBODY, kind="tracked")
    assert (told.reason, told.since) == ("Its client says that it runs.", BEFORE)


@pytest.mark.parametrize("kind", ["command", "sweep", "parallel", "tracked"])
def test_nothing_is_said_of_steps_and_pipelines_where_there_are_none(kind):
    told = [run(state, kind=kind).hint for state in ("running", "completed", "failed", "cancelled")]
    assert not any("step" in hint or "pipeline" in hint for hint in told)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"unmet": "2 GPUs"}, "It asks for 2 GPUs, which no worker has. There are: a:1."),
        ({"is_nobody_taking": True}, "No worker takes steps now: they are draining, or were removed."),
        ({"is_at_quota": True}, "The project runs as many steps as it may at once."),
    ],
)
def test_a_run_whose_steps_are_stuck_says_what_keeps_them(facts, reason):
    around = Surroundings(now=NOW, has_worker=True, workers="a:1")
    stuck = tell_step(StepFacts(state="queued", reason="", since=NOW, run_state="running", **facts), around)
    told = tell_run(RunFacts(state="running", reason="", since=NOW, queued=("a",), count=1, stuck=stuck), around)
    assert (stuck.is_stuck, told.reason, told.hint) == (True, f"0 of 1 steps done. {reason}", stuck.hint)

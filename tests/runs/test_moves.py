"""States of runs and steps: each move is made once, by one, and told."""

from __future__ import annotations

import pytest
from django.db.models import Q
from django.utils import timezone

from mlops.events.models import Event
from mlops.runs.models import Run, Step
from mlops.runs.moves import begin_run, end_run, move_step
from tests.runs.history import past_run

pytestmark = pytest.mark.django_db
GOING = ("queued", "running")


@pytest.fixture
def run(contributor, project) -> Run:
    return past_run(contributor, project, state="queued")


@pytest.fixture
def step(run) -> Step:
    return Step.objects.get(run=run, node="split")


def test_a_step_is_moved_once(step):
    again = Step.objects.get(pk=step.pk)
    assert move_step(step, expected=("queued",), to="running", reason="Begun.", progress=0.5) is True
    assert move_step(again, expected=("queued",), to="cancelled", reason="Too late.") is False
    again.refresh_from_db()
    assert (again.state, again.reason, again.progress) == ("running", "Begun.", 0.5)
    assert (step.state, step.reason, step.state_since) == ("running", "Begun.", again.state_since)


def test_a_step_of_an_earlier_attempt_cannot_be_moved(step):
    Step.objects.filter(pk=step.pk).update(attempt=step.attempt + 1)
    assert move_step(step, expected=("queued",), to="completed", reason="") is False
    assert Step.objects.get(pk=step.pk).state == "queued"


def test_a_move_can_ask_for_more_than_the_state(step):
    lost = Q(lease_until__lt=timezone.now())
    assert move_step(step, expected=("queued",), to="failed", reason="", only=lost) is False
    Step.objects.filter(pk=step.pk).update(lease_until="2020-01-01T00:00Z")
    assert move_step(step, expected=("queued",), to="failed", reason="", only=lost) is True


def test_a_run_begins_once_and_remembers_when(run):
    assert begin_run(run, reason="Begun.") is True
    run.refresh_from_db()
    since = run.started_at
    assert (run.state, run.reason) == ("running", "Begun.")
    assert begin_run(run, reason="Again.") is False
    run.refresh_from_db()
    assert (run.started_at, run.reason) == (since, "Begun.")


@pytest.mark.parametrize("to", ["completed", "failed", "cancelled"])
def test_the_end_of_a_run_is_told_once_with_its_reason(run, to):
    assert end_run(run, expected=GOING, to=to, reason="That is why.") is True
    assert end_run(run, expected=GOING, to="failed", reason="Again.") is False
    event = Event.objects.get(type=f"mlops.run.{to}")
    assert (event.subject, event.reason, event.data["number"]) == (f"runs/{run.pk}", "That is why.", 1)
    run.refresh_from_db()
    assert (run.state, run.is_final, run.ended_at is not None) == (to, True, True)


def test_the_begin_of_a_run_is_told(run):
    assert begin_run(run, reason="Steps may begin.") is True
    event = Event.objects.get(type="mlops.run.started")
    assert (event.data["state"], event.data["run_id"]) == ("running", str(run.pk))


def test_what_has_ended_stays_ended(contributor, project):
    ended = past_run(contributor, project, state="cancelled")
    assert begin_run(ended, reason="") is False
    assert end_run(ended, expected=GOING, to="completed", reason="") is False
    assert not Event.objects.filter(type="mlops.run.completed").exists()

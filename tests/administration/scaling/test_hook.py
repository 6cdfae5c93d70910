"""The command is run with what it needs and no secret, once in a while, and what it says is kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from mlops.administration.models import PoolScaling
from mlops.administration.scaling import hook
from mlops.administration.scaling.looking import wanted
from mlops.compute.models import Pool
from mlops.events.models import Event
from mlops.formats.demand import written_place
from mlops.runs.models import Experiment, Run, Step
from tests.work.rows import worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def steps(project) -> None:
    """Five that wait for the pool, whose one worker runs two at once."""
    Pool.objects.create(name="gpus", labels={"gpu": ""}, most=4)
    worker("far:1", labels={"gpu": ""}, slots=2)
    worker("here:1", slots=2)
    experiment, now = Experiment.objects.create(project=project, name="first"), timezone.now()
    run = Run.objects.create(
        project=project, experiment=experiment, number=7, spec={}, display_name="x", state="running", state_since=now
    )
    for number in range(5):
        Step.objects.create(
            run=run, node=f"n{number}", state="queued", state_since=now, asks_place=written_place("gpus", {})
        )


@pytest.fixture
def command(tmp_path: Path, monkeypatch) -> Path:
    """Writes down how it was called."""
    script, said = tmp_path / "scale", tmp_path / "said"
    keys = "keys $MLOPS_SECRET_KEY$AWS_SECRET_ACCESS_KEY."
    script.write_text(f'#!/bin/sh\necho "$@ for $MLOPS_POOL $MLOPS_POOL_LABELS, {keys}" >> {said}\n')
    script.chmod(0o755)
    monkeypatch.setenv("MLOPS_AUTOSCALE_COMMAND", str(script))
    monkeypatch.setenv("MLOPS_SECRET_KEY", "precious")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the bucket")
    return said


def test_what_waits_for_a_pool_says_how_many_workers_it_needs(steps):
    (found,) = wanted()
    assert (found.pool, found.workers, found.wanted, found.waiting) == ("gpus", 1, 3, 5)


def test_the_command_is_told_once_in_a_while(steps, command):
    now = timezone.now()
    hook.scale(now)
    hook.scale(now + timedelta(seconds=30))
    assert command.read_text() == "gpus 3 1 for gpus gpu, keys .\n"
    hook.scale(now + timedelta(seconds=200))
    assert len(command.read_text().splitlines()) == 2
    assert Event.objects.filter(type="mlops.pool.scaled", data__wanted=3).count() == 2


def test_it_gets_what_an_administrator_says_that_it_may_have(steps, command, monkeypatch):
    monkeypatch.setenv("MLOPS_AUTOSCALE_ENVIRONMENT", "HOME, AWS_SECRET_ACCESS_KEY")
    hook.scale()
    assert command.read_text() == "gpus 3 1 for gpus gpu, keys of the bucket.\n"


def test_one_that_fails_says_why(steps, monkeypatch):
    monkeypatch.setenv("MLOPS_AUTOSCALE_COMMAND", "sh -c 'echo no machine left >&2; exit 3'")
    hook.scale()
    assert "no machine left" in PoolScaling.objects.get().trouble


def test_a_pool_without_a_bound_is_left_alone(steps, command):
    Pool.objects.update(most=None)
    hook.scale()
    assert not command.exists()


def test_fewer_are_wanted_after_a_quiet_time(steps, command):
    Step.objects.all().delete()
    now = timezone.now()
    hook.scale(now)
    assert not command.exists()
    hook.scale(now + timedelta(minutes=6))
    assert command.read_text().startswith("gpus 0 1")

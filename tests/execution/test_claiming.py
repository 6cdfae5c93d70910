"""Which step a worker takes: what fits it, the urgent ones first, then whose project runs least."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mlops.access.models import Project
from mlops.celery import app
from mlops.compute import actions as compute
from mlops.compute.weights import weigh
from mlops.execution import sweep
from mlops.execution.advance import advance
from mlops.execution.claiming import claim_next
from mlops.execution.here import OWNER, here
from mlops.execution.retry import try_again
from mlops.formats.demand import is_of_place, written_place
from mlops.quotas.models import Quota
from mlops.runs.models import Run, Step
from mlops.runs.priorities import prioritize
from mlops.runs.situation import surroundings, told_steps
from mlops.work import shared_clock
from tests.work.rows import GIB, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def queued(begin):
    """A run whose one step waits for a worker, with what it asks for."""

    def made(**asks) -> Step:
        run = begin("split_data")
        advance(run.pk)
        step = Step.objects.get(run=run, node="step")
        Step.objects.filter(pk=step.pk).update(**asks)
        step.refresh_from_db()
        return step

    return made


def told(step: Step) -> str:
    run = step.run
    found = told_steps(run, list(Step.objects.filter(run=run)), surroundings(of=run))[step.node]
    return f"{found.reason} {found.hint}"


def test_what_asks_for_nothing_runs_anywhere_also_before_the_row_is_written(queued):
    step = queued()
    assert claim_next().pk == step.pk


def test_a_claim_asks_the_row_itself_so_that_no_two_workers_have_it(queued):
    """PostgreSQL asks conditions of the row again after it waited for another claim; of a subquery it does not."""
    queued()
    with CaptureQueriesContext(connection) as asked:
        assert claim_next() is not None
    claims = [one["sql"] for one in asked if one["sql"].startswith("UPDATE") and "lease_owner" in one["sql"]]
    assert len(claims) == 1
    assert " IN (SELECT" not in claims[0]


def test_a_step_that_lost_its_worker_does_not_wait_again_behind_all_others(queued):
    lost = queued()
    assert claim_next().pk == lost.pk
    queued()
    assert try_again(Step.objects.get(pk=lost.pk), code="worker_lost", why="Its worker died.")
    Step.objects.filter(pk=lost.pk).update(lease_until=None)
    assert claim_next().pk == lost.pk


def test_a_lost_step_is_called_when_its_pause_is_over(queued, monkeypatch, django_capture_on_commit_callbacks):
    calls = []
    monkeypatch.setattr(app, "send_task", lambda name, **given: calls.append((name, given["countdown"])))
    queued()
    step = claim_next()
    with django_capture_on_commit_callbacks(execute=True):
        assert try_again(step, code="worker_lost", why="Its worker died.")
    pause = (step.lease_until - shared_clock.now()).total_seconds()
    assert [name for name, _seconds in calls] == ["execution.step"]
    assert pause < calls[0][1] < pause + 1


def test_the_sweep_calls_for_as_many_of_a_long_queue_as_workers_may_have_slots(
    queued, monkeypatch, django_capture_on_commit_callbacks
):
    calls = []
    monkeypatch.setattr(app, "send_task", lambda name, **given: calls.append(name))
    monkeypatch.setattr(sweep, "MOST_CALLS", 2)
    for _each in range(3):
        queued(state_since=timezone.now() - timedelta(minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        sweep.sweep()
    assert calls.count("execution.step") == 2


def test_steps_of_several_runs_alternate_by_how_long_they_wait(queued):
    first, other = queued(), queued()
    behind = Step.objects.get(pk=first.pk)
    behind.pk, behind.node, behind.state_since = None, "behind", other.state_since + timedelta(seconds=1)
    behind.save()
    assert [claim_next().pk for _slot in range(3)] == [first.pk, other.pk, behind.pk]
    assert claim_next() is None


@pytest.mark.parametrize(
    "asks",
    [{"asks_cpus": 3}, {"asks_memory_bytes": 5 * GIB}, {"asks_gpus": 1}, {"asks_place": "zone=b"}],
    ids=["cpu", "memory", "gpu", "label"],
)
def test_what_no_worker_has_waits_and_says_what_that_is(queued, asks):
    worker(OWNER, labels={"zone": "a"})
    step = queued(**asks)
    assert claim_next() is None
    assert "which no worker has. There are: " in told(step)
    assert "zone=a" in told(step)


def test_a_step_that_fits_nobody_holds_up_no_other(queued):
    worker(OWNER)
    for number in range(10):
        queued(asks_place=f"zone={number}")
    fitting = queued()
    assert claim_next().pk == fitting.pk


def test_demands_of_all_steps_together_fit_the_worker(queued):
    worker(OWNER, cpus=4.0)
    first, second = queued(asks_cpus=3), queued(asks_cpus=2)
    assert claim_next().pk == first.pk
    assert claim_next() is None
    here.let_go(first.pk)
    assert claim_next().pk == second.pk


def test_a_pool_is_those_workers_that_have_its_labels():
    pools = {"gpu": {"gpu": ""}}
    place = written_place("gpu", {"zone": "a"})
    assert is_of_place(place, {"gpu": "a100", "zone": "a"}, pools)
    assert not is_of_place(place, {"zone": "a"}, pools)
    assert not is_of_place(place, {"gpu": "a100", "zone": "b"}, pools)


def test_urgent_runs_go_first(queued, owner):
    queued()
    urgent = queued()
    prioritize(owner, urgent.run, priority="high")
    assert claim_next().pk == urgent.pk


def test_the_project_that_runs_least_is_next(queued, owner, contributor, cars):
    from mlops.accounts.membership import create_project

    flood = [queued() for _number in range(3)]
    other = create_project(owner, name="Other")
    late = queued()
    late.run.__class__.objects.filter(pk=late.run_id).update(project=other, number=99)
    assert claim_next().pk == flood[0].pk
    assert claim_next().pk == late.pk


def test_a_project_runs_as_many_steps_as_its_quota_lets_it(queued, project):
    Quota.objects.create(project=project, kind="steps_at_once", most=1)
    worker("here:9")
    queued()
    waiting = queued()
    assert claim_next() is not None
    assert claim_next() is None
    assert "as many steps as it may at once" in told(waiting)


def test_a_worker_that_drains_takes_nothing_until_it_is_resumed(queued, admin_user):
    row = worker(OWNER)
    step = queued()
    compute.drain(admin_user, row, reason="new memory")
    here.look()
    assert claim_next() is None
    compute.resume(admin_user, row)
    here.look()
    assert claim_next().pk == step.pk


def test_projects_with_waiting_steps_have_the_workers_in_proportion_to_their_weights(queued, admin_user, project):
    heavy = Project.objects.create(name="Heavy", slug="heavy")
    weigh(admin_user, heavy, 3)
    here.look()
    steps = [queued() for _number in range(16)]
    theirs = [Run.objects.get(pk=one.run_id) for one in steps[::2]]
    Run.objects.filter(pk__in=[one.pk for one in theirs]).update(project=heavy)
    first = [claim_next().run.project_id for _slot in range(8)]
    assert (first.count(heavy.pk), first.count(project.pk)) == (6, 2)
    done = Step.objects.filter(state="running", run__project=heavy).first()
    Step.objects.filter(pk=done.pk).update(state="completed", lease_until=None)
    assert claim_next().run.project_id == heavy.pk


def test_a_light_project_has_all_workers_while_nobody_else_waits(queued, admin_user, project):
    weigh(admin_user, Project.objects.create(name="Heavy", slug="heavy"), 100)
    here.look()
    steps = {queued().pk for _number in range(3)}
    assert {claim_next().pk for _slot in range(3)} == steps

"""A step of which its worker lost the hold, or whose database is away for a moment."""

from __future__ import annotations

import socket
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from mlops.execution.advance import advance
from mlops.execution.claiming import claim_next
from mlops.execution.going_on import go_on
from mlops.execution.here import OWNER
from mlops.execution.holding import Hold
from mlops.execution.news import Telling, record_news
from mlops.execution.perform import perform
from mlops.execution.retry import give_back
from mlops.execution.sweep import sweep
from mlops.formats.step import ProgressLine, StepReport
from mlops.runs.models import LogLine, Metric, Step, StepToken
from mlops.runs.step_tokens import end, issue
from mlops.trail.process import MACHINE
from mlops.work import shared_clock
from tests.work.rows import worker

pytestmark = pytest.mark.django_db(transaction=True)
NEWS = [ProgressLine(kind="metric", at=1.0, key="tick", value=1.0)]


@pytest.fixture
def claimed(begin):
    """A step that this worker has."""
    run = begin("split_data")
    advance(run.pk)
    step = claim_next()
    assert step is not None
    return step


class Executor:
    """Its one step says something, and is not at its end until it is killed."""

    def __init__(self, meanwhile) -> None:
        self.was_killed = False
        self._meanwhile = meanwhile

    def start(self, order):
        return self

    def poll(self) -> StepReport | None:
        self._meanwhile()
        return None

    def wait(self, seconds: float) -> None:
        time.sleep(0.02)

    def news(self) -> list[ProgressLine]:
        return NEWS

    def kill(self) -> None:
        self.was_killed = True


def test_what_the_process_of_a_lost_step_says_is_not_kept(claimed):
    hold = Hold(claimed)
    assert record_news(claimed, NEWS, hold=hold)
    Step.objects.filter(pk=claimed.pk).update(attempt=2, lease_owner="another:1")
    assert not record_news(claimed, NEWS, hold=hold)
    assert Metric.objects.filter(run=claimed.run).count() == 1


def test_its_process_ends_when_another_worker_has_it(begin):
    run = begin("split_data")
    advance(run.pk)
    pk = Step.objects.get(run=run, node="step").pk
    executor = Executor(lambda: Step.objects.filter(pk=pk).update(attempt=2, lease_owner="another:1"))
    perform(pk, done=go_on, executor=executor)
    assert executor.was_killed
    assert Step.objects.get(pk=pk).state == "running"


def test_its_process_ends_with_whatever_else_goes_wrong(begin):
    run = begin("split_data")
    advance(run.pk)
    pk = Step.objects.get(run=run, node="step").pk

    def fail() -> None:
        raise RuntimeError("nobody foresaw it")

    executor = Executor(fail)
    perform(pk, done=go_on, executor=executor)
    assert executor.was_killed
    assert Step.objects.get(pk=pk).state == "queued"


def test_what_is_written_waits_for_a_database_that_is_away(claimed):
    answers = [OperationalError("gone"), OperationalError("still gone"), "written"]

    def write() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert Hold(claimed).patiently(write) == "written"


def test_a_lease_is_renewed_also_after_the_database_was_away(claimed, monkeypatch):
    monkeypatch.setattr("mlops.execution.holding.RENEW_SECONDS", 0.05)
    monkeypatch.setattr("mlops.execution.holding.AGAIN_SECONDS", 0.05)
    hold = Hold(claimed)
    there, hold._mine = hold._mine, Away()
    Step.objects.filter(pk=claimed.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    with hold.kept():
        time.sleep(0.3)
        hold._mine = there
        deadline = time.monotonic() + 10
        while Step.objects.get(pk=claimed.pk).lease_until < timezone.now() and time.monotonic() < deadline:
            time.sleep(0.05)
    assert Step.objects.get(pk=claimed.pk).lease_until > timezone.now()


def test_the_token_of_the_next_attempt_outlives_the_end_of_a_lost_one(claimed):
    issue(claimed)
    next_one = Step.objects.get(pk=claimed.pk)
    next_one.attempt = 2
    issue(next_one)
    end(claimed)
    assert list(StepToken.objects.values_list("attempt", flat=True)) == [2]


class Away:
    def update(self, **_values: object) -> int:
        raise OperationalError("the server closed the connection")


class LostAnswer(Hold):
    """The database keeps what it is told, and is gone before it can say so; once."""

    def locked(self) -> bool:
        transaction.on_commit(self._lose)
        return super().locked()

    def _lose(self) -> None:
        if not self.was_lost:
            self.was_lost = True
            raise OperationalError("The connection was lost.")

    was_lost = False


def test_news_whose_answer_was_lost_are_not_told_twice(claimed):
    telling = Telling(claimed, LostAnswer(claimed))
    telling.news = [*NEWS, ProgressLine(kind="log", at=1.0, text="one")]
    with pytest.raises(OperationalError):
        telling.record()
    telling.news += [ProgressLine(kind="metric", at=2.0, key="tick", value=1.0)]
    assert telling.record()
    assert telling.news == []
    assert Metric.objects.filter(run=claimed.run).count() == 2
    assert [line.text for line in LogLine.objects.filter(step=claimed)] == ["one"]


class LostClaim:
    """The database keeps a claim, and is gone before it can say so; once."""

    was_lost = False

    def __call__(self, execute, sql, params, many, context):
        found = execute(sql, params, many, context)
        if sql.startswith("UPDATE") and "lease_owner" in sql and not self.was_lost:
            self.was_lost = True
            transaction.on_commit(self._lose)
        return found

    def _lose(self) -> None:
        raise OperationalError("The connection was lost.")


def test_a_claim_whose_answer_was_lost_is_this_workers_all_the_same(begin):
    run = begin("split_data")
    advance(run.pk)
    lost = LostClaim()
    with connection.execute_wrapper(lost):
        step = claim_next()
    assert lost.was_lost
    assert (step.run, step.attempt, step.state) == (run, 1, "running")


def test_a_claim_that_the_database_did_not_keep_is_nobodys(begin):
    run = begin("split_data")
    advance(run.pk)

    def lose(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "lease_owner" in sql:
            raise OperationalError("The connection was lost.")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(lose):
        assert claim_next() is None
    assert claim_next().attempt == 1


def test_a_step_that_is_given_back_twice_is_not_taken_from_the_next_worker(claimed):
    assert give_back(claimed, why="Stopped.", only=Q(lease_owner=OWNER))
    Step.objects.filter(pk=claimed.pk).update(state="running", attempt=1, lease_owner="another:1")
    claimed.attempt = 1
    assert not give_back(claimed, why="Stopped.", only=Q(lease_owner=OWNER))


def test_a_clock_that_is_set_back_does_not_lengthen_the_lease_of_a_dead_worker(claimed):
    now = shared_clock.now()
    Step.objects.filter(pk=claimed.pk).update(lease_until=now + timedelta(minutes=2))
    sweep()
    claimed.refresh_from_db()
    assert (claimed.state, claimed.lease_until < now + timedelta(seconds=20)) == ("running", True)


@pytest.mark.parametrize(("machine", "state"), [(MACHINE, "queued"), ("another", "running")], ids=["here", "elsewhere"])
def test_a_worker_that_died_on_this_machine_is_not_waited_for(claimed, machine, state):
    worker("dead:1", machine=machine, pid=2**22 + 1)
    Step.objects.filter(pk=claimed.pk).update(lease_owner="dead:1")
    sweep()
    claimed.refresh_from_db()
    assert (claimed.state, claimed.attempt) == (state, 1)


def test_steps_of_a_dead_worker_are_waited_for_while_the_process_that_ends_them_is_there(
    claimed, monkeypatch, tmp_path
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    worker("dead:1", machine=MACHINE, pid=2**22 + 1)
    Step.objects.filter(pk=claimed.pk).update(lease_owner="dead:1")
    (tmp_path / f"mlops-zygote-{2**22 + 1}-x").mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as zygote:
        zygote.bind(str(tmp_path / f"mlops-zygote-{2**22 + 1}-x" / "zygote"))
        zygote.listen()
        sweep()
        assert Step.objects.get(pk=claimed.pk).state == "running"
    (tmp_path / f"mlops-zygote-{2**22 + 1}-killed-while-it-started").mkdir()
    sweep()
    assert Step.objects.get(pk=claimed.pk).state == "queued"

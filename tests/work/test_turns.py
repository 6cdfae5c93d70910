"""What one worker does for all: one at a time has the turn, and another takes it when that one is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery.beat import ScheduleEntry
from django.db import DatabaseError
from django.utils import timezone

from mlops.celery import app
from mlops.work import outcomes, shared_clock
from mlops.work.calls import IF_ANY, REGULAR
from mlops.work.clock import LOOK_SECONDS, OneOfManyClocks
from mlops.work.models import RegularJob, Turn, Worker
from mlops.work.turns import LEASE, OneOfMany

pytestmark = pytest.mark.django_db


def test_the_first_has_the_turn_and_keeps_it():
    first, second = OneOfMany("clock", owner="a:1"), OneOfMany("clock", owner="b:1")
    assert [first.is_mine(), second.is_mine(), first.is_mine()] == [True, False, True]


def test_each_name_is_a_turn_of_its_own():
    assert OneOfMany("clock", owner="a:1").is_mine()
    assert OneOfMany("other", owner="b:1").is_mine()


def test_another_takes_it_when_the_lease_is_over():
    assert OneOfMany("clock", owner="a:1").is_mine()
    Turn.objects.update(lease_until=shared_clock.now() - timedelta(seconds=1))
    assert OneOfMany("clock", owner="b:1").is_mine()


def test_another_takes_it_at_once_from_one_that_has_ended():
    assert OneOfMany("clock", owner="a:1").is_mine()
    now = timezone.now()
    Worker.objects.create(name="a:1", host="a", pid=1, places=1, started_at=now, seen_at=now, ended_at=now)
    assert OneOfMany("clock", owner="b:1").is_mine()


def test_a_clock_sends_nothing_while_another_does():
    Turn.objects.create(name="clock", lease_owner="a:1", lease_until=shared_clock.now() + LEASE)
    assert OneOfManyClocks(app).tick() == LOOK_SECONDS
    assert Turn.objects.get().lease_owner == "a:1"


@pytest.fixture
def calls(monkeypatch) -> list[str]:
    """What is sent, by name."""
    sent: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda name, *_arguments, **_given: sent.append(name))
    return sent


@pytest.mark.parametrize(("is_any", "sent"), [(False, []), (True, ["some.look"])], ids=["nothing to do", "something"])
def test_a_job_that_would_find_nothing_is_not_sent_and_has_ended_well(monkeypatch, calls, is_any, sent):
    clock = clock_with(monkeypatch, lambda: is_any)
    assert calls == ["some.look"]
    clock.apply_entry(look())
    assert calls == ["some.look", *sent]
    outcomes.write()
    assert RegularJob.objects.filter(pk="some.look", ended_at__isnull=False).exists() == (not is_any)


def test_a_job_is_sent_where_asking_fails_or_the_job_failed_or_a_minute_has_passed(monkeypatch, calls):
    def broken() -> bool:
        raise DatabaseError

    clock = clock_with(monkeypatch, broken)
    calls.clear()
    clock.apply_entry(look())
    monkeypatch.setitem(IF_ANY, "some.look", lambda: False)
    monkeypatch.setattr(outcomes, "is_failing", lambda name: True)
    clock.apply_entry(look())
    monkeypatch.setattr(outcomes, "is_failing", lambda name: False)
    monkeypatch.setattr("mlops.work.clock.ANYWAY_SECONDS", 0.0)
    clock.apply_entry(look())
    assert calls == ["some.look"] * 3


def clock_with(monkeypatch, is_any) -> OneOfManyClocks:
    """Of one regular job, which it has sent once, as every clock does when it begins."""
    for known in (REGULAR, IF_ANY):
        for name in list(known):
            monkeypatch.delitem(known, name)
    monkeypatch.setitem(REGULAR, "some.look", 2)
    monkeypatch.setitem(IF_ANY, "some.look", is_any)
    clock = OneOfManyClocks(app)
    clock.tick()
    return clock


def look() -> ScheduleEntry:
    return ScheduleEntry("some.look", "some.look", schedule=2, app=app)

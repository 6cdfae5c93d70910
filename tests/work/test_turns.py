"""What one worker does for all: one at a time has the turn, and another takes it when that one is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.celery import app
from mlops.work import shared_clock
from mlops.work.clock import LOOK_SECONDS, OneOfManyClocks
from mlops.work.models import Turn, Worker
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

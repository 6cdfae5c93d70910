"""Leases go by one clock, whatever that of the machine says."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import mlops
from mlops.work import shared_clock
from mlops.work.shared_clock import Clock

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MACHINES_OWN = re.compile(r"lease_until[^,)]*timezone\.now\(\)")


def test_time_that_passes_is_added_to_the_last_answer():
    asked = []
    clock = Clock(lambda: asked.append(1) or NOON)
    assert clock.now() == NOON
    time.sleep(0.02)
    assert timedelta(seconds=0.02) <= clock.now() - NOON < timedelta(seconds=5)
    assert len(asked) == 1


def test_it_is_asked_again_when_the_answer_is_old(monkeypatch):
    monkeypatch.setattr(shared_clock, "FRESH_SECONDS", 0.0)
    answers = iter([NOON, NOON + timedelta(minutes=1)])
    clock = Clock(lambda: next(answers))
    assert clock.now() == NOON
    time.sleep(0.01)
    assert clock.now() == NOON + timedelta(minutes=1)


def test_an_answer_that_came_late_is_asked_for_again(monkeypatch):
    monkeypatch.setattr(shared_clock, "PROMPT_SECONDS", 0.05)
    waits = iter([0.2, 0.0])
    answers = iter([NOON, NOON + timedelta(minutes=1)])
    clock = Clock(lambda: time.sleep(next(waits)) or next(answers))
    assert clock.now() == NOON + timedelta(minutes=1)


def test_no_lease_goes_by_the_clock_of_a_machine():
    files = Path(mlops.__file__).parent.rglob("*.py")
    assert [path.name for path in files if MACHINES_OWN.search(path.read_text())] == []

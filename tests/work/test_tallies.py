"""Durations add up over processes, and wait while the database is away."""

from __future__ import annotations

import pytest

from mlops.work import tallies
from mlops.work.models import Tally

pytestmark = pytest.mark.django_db


def samples(name: str) -> dict[str, float]:
    family = next(one for one in tallies.families() if one.name == name)
    return {f"{one.suffix}{one.labels.get('le', '')}": one.value for one in family.samples}


def test_two_processes_add_up():
    for seconds in (0.01, 4.0):
        tallies.observe("mlops_run_seconds", seconds, kind="pipeline", state="completed")
        tallies.write()
    told = samples("mlops_run_seconds")
    assert (told["_bucket0.05"], told["_bucket5"], told["_count"], told["_sum"]) == (1, 2, 2, 4.01)


def test_what_could_not_be_written_waits(monkeypatch):
    tallies.observe("mlops_run_seconds", 1.0, kind="sweep", state="failed")
    with monkeypatch.context() as broken:
        broken.setattr(Tally.objects, "select_for_update", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tallies.write()
    tallies.write()
    assert samples("mlops_run_seconds")["_count"] == 1

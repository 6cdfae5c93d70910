"""How many workers are wanted: more at once, fewer after a quiet time, always within bounds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.administration.scaling.deciding import QUIET, PoolFacts, decide

NOW = timezone.now()


def pool(**facts) -> PoolFacts:
    usual = {"name": "gpus", "waiting": 0, "running": 0, "workers": 0, "slots": 0, "slots_of_one": 2}
    return PoolFacts(**usual | facts)


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"waiting": 5}, 3),
        ({"waiting": 4, "running": 4, "workers": 1, "slots": 4}, 2),
        ({"waiting": 50, "most": 4}, 4),
        ({"least": 1}, 1),
        ({"workers": 3, "slots": 6, "enough_since": NOW - timedelta(seconds=9)}, 3),
        ({"workers": 3, "slots": 6, "enough_since": NOW - QUIET}, 0),
        ({"workers": 3, "slots": 6, "enough_since": NOW - QUIET, "least": 2}, 2),
    ],
)
def test_wanted(facts, wanted):
    assert decide(pool(**facts), NOW).wanted == wanted


def test_it_says_why():
    assert "at most 4" in decide(pool(waiting=50, most=4), NOW).why

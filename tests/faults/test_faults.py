"""The short form: a studio that loses processes and messages for a while, and then everything, has lost nothing.

`python -m tests.faults` is the long form, on either database."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.ground import Embedded
from tests.faults.injuries import KILLS, MESSAGES
from tests.faults.story import tell


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own: sockets have short paths."""
    with tempfile.TemporaryDirectory(prefix="faults-", dir="/tmp", ignore_cleanup_errors=True) as name:
        yield Path(name)


def test_nothing_is_lost_when_processes_are_killed_while_runs_go(folder: Path) -> None:
    told = tell(
        folder,
        lambda _place, data: Embedded(data),
        seed=1,
        names=(*KILLS, *MESSAGES),
        runs=6,
        seconds=30,
        pause_seconds=3,
    )
    assert told.problems == [], "\n".join([*told.problems, *told.injuries, told.account])
    assert told.counts["runs"]["completed"] >= 4

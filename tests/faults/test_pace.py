"""What other programs take is not counted as the studio's time, what it waits for by itself is."""

from __future__ import annotations

from tests.faults.pace import own_share


def test_all_of_it_is_its_own_where_processors_were_idle() -> None:
    assert own_share(10, busy=8, idle=12, own=1) == 10


def test_what_others_had_of_full_processors_is_not() -> None:
    assert own_share(10, busy=20, idle=0, own=5) == 2.5


def test_its_own_work_on_full_processors_is() -> None:
    assert own_share(10, busy=20, idle=0, own=20) == 10

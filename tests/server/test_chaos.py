"""No request fails while traffic moves, keys rotate, a deployment is updated, a replica dies and the rest stands."""

from __future__ import annotations

from pathlib import Path

from tests.server.chaos import run
from tests.server.conftest import Up


def test_64_clients_notice_nothing_of_what_changes_around_them(own_up: Up, tmp_path: Path) -> None:
    (tmp_path / "stage").mkdir()
    load = run(own_up, tmp_path / "stage", clients=64, seconds=15, think_seconds=0.1)
    assert load.failures == [], own_up.account()
    assert load.statuses[200] > 1000
    assert {"blue-1", "green-1", "green-2"} <= load.tags.keys()

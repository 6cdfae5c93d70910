"""Reports that wait for a network, and counts read from a server."""

from __future__ import annotations

import msgspec

from mlops.device.counts import Counts, read_counts, since
from mlops.device.reports import Waiting
from mlops.formats.bundle import DeviceReport
from mlops.scoring.metrics import Metrics

REPORT = DeviceReport(
    install="i", number=0, since=0, until=1, serial=1, model="prices:1", state="ready", requests=2, messages=("a",)
)


def test_reports_are_numbered_and_survive_a_restart(tmp_path):
    waiting = Waiting(tmp_path / "reports.jsonl")
    for _ in range(3):
        waiting.add(REPORT)
    waiting.forget([1])
    again = Waiting(tmp_path / "reports.jsonl")
    again.add(REPORT)
    assert [one.number for one in again.oldest(9)] == [2, 3, 4]


def test_numbers_are_not_used_twice_when_all_was_handed_over(tmp_path):
    waiting = Waiting(tmp_path / "reports.jsonl")
    waiting.add(REPORT)
    waiting.forget([1])
    again = Waiting(tmp_path / "reports.jsonl")
    again.add(REPORT)
    assert again.oldest(1)[0].number == 2


def test_when_there_is_no_room_the_oldest_are_added_up_and_no_request_is_lost(tmp_path):
    waiting = Waiting(tmp_path / "reports.jsonl", most=3)
    for number in range(50):
        waiting.add(msgspec.structs.replace(REPORT, since=number, until=number + 1))
    kept = waiting.oldest(99)
    assert len(kept) == 3
    assert sum(one.requests for one in kept) == 100
    assert (kept[0].since, kept[-1].until, len(kept[0].messages)) == (0, 50, 20)


def test_a_line_that_a_crash_cut_off_is_left_out(tmp_path):
    waiting = Waiting(tmp_path / "reports.jsonl")
    waiting.add(REPORT)
    with (tmp_path / "reports.jsonl").open("ab") as file:
        file.write(b'{"install": "i", "num')
    assert len(Waiting(tmp_path / "reports.jsonl")) == 1


def test_counts_are_those_that_the_server_shows():
    metrics = Metrics(model='a"b:1', deployment="blue")
    for status, rows in ((200, 3), (422, 0), (500, 0), (503, 0)):
        metrics.count(status, seconds=0.5, rows=rows)
    counts = read_counts(metrics.text(ready=True, waiting=0))
    assert counts == Counts(requests=4, errors=2, refused=1, rows=3, seconds_sum=2.0)


def test_a_server_that_was_started_anew_counts_from_nothing():
    assert since(Counts(requests=9), Counts(requests=2)).requests == 2
    assert since(Counts(requests=9, rows=9), Counts(requests=11, rows=20)) == Counts(requests=2, rows=11)

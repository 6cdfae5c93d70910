"""When schedules fire, and which of the missed times still run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mlops.formats.refusal import Refusal
from mlops.formats.schedule import Cron, Recurrence
from mlops.pipelines.timing import due, preview

NOW = datetime(2026, 3, 27, 12, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def shown(timing: Cron | Recurrence, after: datetime, count: int = 4) -> list[str]:
    return [moment.isoformat(timespec="minutes") for moment in preview(timing, after=after, count=count)]


def test_a_cron_keeps_its_wall_time_when_the_clock_changes():
    found = shown(Cron(expression="0 6 * * *", time_zone=BERLIN), NOW)
    assert found[:3] == ["2026-03-28T06:00+01:00", "2026-03-29T06:00+02:00", "2026-03-30T06:00+02:00"]


def test_a_time_that_the_change_of_the_clock_leaves_out_still_fires_once_that_day():
    daily = Recurrence(frequency="day", hours=(2,), minutes=(30,), time_zone=BERLIN)
    days = [text[:10] for text in shown(daily, NOW)]
    assert days == ["2026-03-28", "2026-03-29", "2026-03-30", "2026-03-31"]


def test_a_time_that_comes_twice_fires_once():
    october = datetime(2026, 10, 24, 12, tzinfo=UTC)
    for timing in (
        Recurrence(frequency="day", hours=(2,), minutes=(30,), time_zone=BERLIN),
        Cron(expression="30 2 * * *", time_zone=BERLIN),
    ):
        assert [text[:10] for text in shown(timing, october, 2)] == ["2026-10-25", "2026-10-26"]


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        (Recurrence(frequency="minute", interval=90), ["2026-03-27T13:30+00:00", "2026-03-27T15:00+00:00"]),
        (
            Recurrence(frequency="week", week_days=("monday", "friday"), hours=(9,)),
            ["2026-03-30T09:00+00:00", "2026-04-03T09:00+00:00"],
        ),
        (Recurrence(frequency="month", month_days=(31,)), ["2026-03-31T00:00+00:00", "2026-05-31T00:00+00:00"]),
        (
            Recurrence(frequency="day", interval=2, start_at=datetime(2026, 3, 1, 8, tzinfo=UTC)),
            ["2026-03-29T08:00+00:00", "2026-03-31T08:00+00:00"],
        ),
    ],
)
def test_recurrences(timing: Recurrence, expected: list[str]):
    assert shown(timing, NOW, 2) == expected


def test_start_and_end_are_kept():
    start, end = datetime(2026, 4, 1), datetime(2026, 4, 2, 12)
    timing = Cron(expression="0 6 * * *", time_zone=BERLIN, start_at=start, end_at=end)
    assert shown(timing, NOW) == ["2026-04-01T06:00+02:00", "2026-04-02T06:00+02:00"]


@pytest.mark.parametrize(
    ("timing", "code"),
    [
        (Cron(expression="0 6 * *"), "cron_invalid"),
        (Cron(expression="61 6 * * *"), "cron_invalid"),
        (Cron(expression="0 6 * * *", time_zone="Europe/Berln"), "time_zone_unknown"),
        (Recurrence(frequency="day", hours=(25,)), "recurrence_invalid"),
        (Recurrence(frequency="day", interval=0), "recurrence_invalid"),
    ],
)
def test_what_cannot_be_read_is_refused(timing: Cron | Recurrence, code: str):
    with pytest.raises(Refusal) as refused:
        preview(timing, after=NOW)
    assert refused.value.code == code


@pytest.mark.parametrize(("rule", "run"), [("skip", 0), ("once", 1), ("all", 3)])
def test_missed_times_follow_the_rule(rule, run: int):
    hourly = Cron(expression="0 * * * *")
    decided = due(hourly, looked_at=NOW - timedelta(hours=5), now=NOW - timedelta(minutes=30), catch_up=rule, most=3)
    assert [one.runs for one in decided] == [False] * (4 - run) + [True] * run
    assert all("Missed" in one.reason for one in decided)


def test_a_time_looked_at_a_little_late_runs_whatever_the_rule():
    decided = due(
        Cron(expression="0 12 * * *"),
        looked_at=NOW - timedelta(hours=1),
        now=NOW + timedelta(seconds=40),
        catch_up="skip",
        most=1,
    )
    assert [(one.at, one.runs) for one in decided] == [(NOW, True)]

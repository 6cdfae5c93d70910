"""Windows of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from mlops.formats.monitor import MonitorSettings, Target
from mlops.formats.schedule import Cron
from mlops.monitoring.windows import last_end, period_seconds, window_ending, window_until, window_words, windows

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday


def _settings(**more) -> MonitorSettings:
    return MonitorSettings(target=Target(dataset="sales", axis="at"), **more)


@pytest.mark.parametrize(
    ("frequency", "start", "end"),
    [
        ("hour", datetime(2026, 11, 18, 11, tzinfo=UTC), datetime(2026, 11, 18, 12, tzinfo=UTC)),
        ("day", datetime(2026, 11, 17, tzinfo=UTC), datetime(2026, 11, 18, tzinfo=UTC)),
        ("week", datetime(2026, 11, 9, tzinfo=UTC), datetime(2026, 11, 16, tzinfo=UTC)),
        ("month", datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)),
    ],
)
def test_a_window_is_the_last_whole_period(frequency, start, end):
    settings = _settings(frequency=frequency)
    assert last_end(settings, until=NOON) == end
    assert window_ending(settings, end).start == start


def test_windows_follow_each_other_without_gap():
    found = list(windows(_settings(frequency="month"), after=datetime(2026, 1, 1, tzinfo=UTC), until=NOON))
    assert len(found) == 10
    assert all(one.end == other.start for one, other in pairwise(found))


def test_a_longer_window_slides():
    settings = _settings(frequency="day", window_seconds=7 * 86400.0)
    first, second = list(windows(settings, after=NOON - timedelta(days=2), until=NOON))
    assert second.end - second.start == timedelta(days=7)
    assert second.start - first.start == timedelta(days=1)


def test_times_of_a_cron_expression_end_windows():
    settings = _settings(times=Cron(expression="0 6,18 * * *", time_zone="Europe/Berlin"))
    assert last_end(settings, until=NOON) == datetime(2026, 11, 18, 5, tzinfo=UTC)
    assert window_ending(settings, datetime(2026, 11, 18, 5, tzinfo=UTC)).start == datetime(
        2026, 11, 17, 17, tzinfo=UTC
    )
    assert period_seconds(settings) == 12 * 3600


@pytest.mark.parametrize(("own", "length"), [(0.0, timedelta(days=1)), (7200.0, timedelta(hours=2))])
def test_the_window_of_now_has_the_length_of_the_others(own, length):
    found = window_until(MonitorSettings(target=Target(endpoint="e"), window_seconds=own), NOON)
    assert (found.end, found.end - found.start) == (NOON, length)


def test_the_words_of_a_window_are_as_fine_as_it_is():
    second = timedelta(seconds=1)
    assert window_words(NOON, NOON + 40 * second) == f"{NOON:%Y-%m-%d} 12:00:00 – 12:00:40 UTC"
    assert window_words(NOON, NOON + timedelta(minutes=5)) == f"{NOON:%Y-%m-%d} 12:00 – 12:05 UTC"

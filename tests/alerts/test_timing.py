"""Quiet hours and summaries at people's own times, over changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from mlops.alerts.models import Preference
from mlops.alerts.telling.timing import end_of_quiet, next_digest


def berlin(**more):
    return Preference(time_zone="Europe/Berlin", **more)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-28T06:00", "2026-03-28T07:00"),  # 08:00 CET
        ("2026-03-28T07:00", "2026-03-29T06:00"),  # the clock goes forward that night: 08:00 CEST
        ("2026-10-24T06:00", "2026-10-25T07:00"),  # and back
    ],
)
def test_a_daily_summary_leaves_at_the_same_local_time_all_year(now, expected):
    assert next_digest(berlin(digest="daily", digest_at=time(8)), at(now)) == at(expected)


def test_a_time_that_the_clock_leaves_out_is_the_moment_of_the_change():
    preference = berlin(digest="daily", digest_at=time(2, 30))
    assert next_digest(preference, at("2026-03-28T12:00")) == at("2026-03-29T01:00")


def test_a_weekly_summary_leaves_on_its_day():
    preference = berlin(digest="weekly", digest_at=time(9), digest_day=0)
    assert next_digest(preference, at("2026-11-26T00:00")) == at("2026-11-30T08:00")


def test_an_hourly_summary_leaves_on_the_hour():
    assert next_digest(berlin(digest="hourly"), at("2026-11-26T10:20")) == at("2026-11-26T11:00")


def test_quiet_hours_may_span_midnight():
    preference = berlin(quiet_from=time(22), quiet_until=time(7))
    assert end_of_quiet(preference, at("2026-11-26T22:00")) == at("2026-11-27T06:00")
    assert end_of_quiet(preference, at("2026-11-27T03:00")) == at("2026-11-27T06:00")
    assert end_of_quiet(preference, at("2026-11-27T12:00")) is None


def test_quiet_hours_end_by_the_new_clock_when_it_changes_meanwhile():
    preference = berlin(quiet_from=time(22), quiet_until=time(7))
    assert end_of_quiet(preference, at("2026-10-24T21:00")) == at("2026-10-25T06:00")
    assert end_of_quiet(preference, at("2026-03-28T22:00")) == at("2026-03-29T05:00")

"""Minutes and hours as one line over time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from mlops.deployments.models import TrafficMinute
from mlops.formats.serving import LATENCY_BOUNDS
from mlops.telemetry.models import LoadMinute, ServiceHour
from mlops.telemetry.ranges import Span
from mlops.telemetry.rolling import clear_away, roll_up
from mlops.telemetry.series import series, total

pytestmark = pytest.mark.django_db
BUCKETS = len(LATENCY_BOUNDS) + 1


def counted(blue, minute: datetime, *, requests: int, seconds: float = 0.0) -> None:
    latency = [0] * BUCKETS
    latency[4] = requests
    TrafficMinute.objects.create(
        deployment=blue, minute=minute, requests=requests, errors=1, seconds_sum=seconds, latency_counts=latency
    )
    LoadMinute.objects.create(
        deployment=blue, minute=minute, looks=6, possible=12, in_flight_most=requests, statuses={"200": requests}
    )


def hour_back(hours: int) -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours)


def span(start: datetime, *, hours: float, step: int) -> Span:
    return Span(start=start, end=start + timedelta(hours=hours), step_seconds=step)


def test_each_step_has_a_point_also_without_requests(blue):
    start = hour_back(2)
    counted(blue, start + timedelta(minutes=3), requests=30, seconds=60.0)
    points = series(blue, span(start, hours=0.5, step=300))
    assert [point.requests for point in points] == [30, 0, 0, 0, 0, 0]
    assert (points[0].per_second, points[0].busy, points[0].utilization) == (0.1, 0.2, 0.1)
    assert points[0].error_share == pytest.approx(1 / 30)
    assert points[0].p50 is not None
    assert points[1].p50 is None


def test_hours_say_the_same_as_their_minutes(blue):
    start = hour_back(3)
    for minute in (1, 30, 59):
        counted(blue, start + timedelta(minutes=minute), requests=minute, seconds=6.0)
    before = total(blue, span(start, hours=1, step=60))
    assert roll_up() == 1
    (after,) = series(blue, span(start, hours=1, step=3600))
    assert after == before
    assert (after.requests, after.in_flight_most, after.statuses) == (90, 59, {"200": 90})


def test_old_minutes_go_and_their_hours_stay(blue, settings):
    settings.TELEMETRY_MINUTES_DAYS = 2
    start = hour_back(72)
    counted(blue, start, requests=7)
    roll_up()
    clear_away()
    assert not TrafficMinute.objects.exists()
    assert not LoadMinute.objects.exists()
    assert [one.requests for one in series(blue, span(start, hours=2, step=3600))] == [7, 0]


def test_rolling_up_twice_writes_once_and_leaves_the_present_hour(blue):
    counted(blue, timezone.now().replace(second=0, microsecond=0), requests=5)
    counted(blue, hour_back(1), requests=5)
    assert (roll_up(), roll_up()) == (1, 0)
    assert ServiceHour.objects.count() == 1


def test_a_long_step_has_the_minutes_after_the_last_full_hour_too(blue):
    counted(blue, hour_back(1), requests=5)
    roll_up()
    counted(blue, timezone.now().replace(second=0, microsecond=0), requests=4)
    points = series(blue, Span(start=hour_back(1), end=timezone.now(), step_seconds=3600))
    assert [point.requests for point in points] == [5, 4]


def test_steps_begin_at_multiples_of_their_length():
    start = datetime(2026, 11, 26, 10, 7, tzinfo=UTC)
    ticks = Span(start=start, end=start + timedelta(minutes=10), step_seconds=300).ticks
    assert [tick.minute for tick in ticks] == [5, 10, 15]

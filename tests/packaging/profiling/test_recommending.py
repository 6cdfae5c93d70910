"""From measurements to a recommendation."""

from __future__ import annotations

import msgspec
import pytest

from mlops.formats.profiling import GIBIBYTE, Point, ProfileOrder, Served
from mlops.packaging.profiling.recommending import cost_per_million, memory_for, recommend

MEBIBYTE = 1024**2


def point(per_second: float, p99_ms: float, *, offered: float | None = None, failed: int = 0) -> Point:
    return Point(
        loop="open" if offered else "closed",
        rows=1,
        clients=8,
        offered_per_second=offered,
        seconds=1,
        total=1000,
        succeeded=1000 - failed,
        per_second=per_second,
        mean_ms=1,
        p50_ms=1,
        p90_ms=1,
        p95_ms=1,
        p99_ms=p99_ms,
        p999_ms=p99_ms,
        most_ms=p99_ms,
        cpu_cores=0.5,
        cpu_waiting=0,
        rss_bytes=100 * MEBIBYTE,
        load_cores=0.1,
        cost_per_million=1,
    )


def served(cores: float, *points: Point, rss: int = 400 * MEBIBYTE) -> Served:
    return Served(cores=cores, memory_bytes=2 * GIBIBYTE, rss_bytes=rss, points=points)


ORDER = ProfileOrder(wanted_per_second=100, p99_target_ms=50)


def test_the_cheapest_setting_that_meets_the_target_is_recommended():
    slow = served(1, point(200, 80), point(130, 90, offered=130))
    fast = served(2, point(400, 10), point(130, 12, offered=130))
    faster = served(4, point(800, 5), point(130, 6, offered=130))
    found, chosen = recommend(ORDER, [slow, fast, faster])
    assert (found.cores, found.instances, found.meets) == (2, 1, True)
    assert chosen.p99_ms == 12
    assert "cheapest" in found.rule


def test_memory_is_the_most_that_was_used_and_a_half():
    assert memory_for(400 * MEBIBYTE) == 640 * MEBIBYTE
    assert memory_for(10 * MEBIBYTE) == 512 * MEBIBYTE


def test_more_than_one_instance_is_recommended_where_one_cannot_bear_the_load():
    one = served(1, point(70, 10), point(70, 90, offered=70), point(50, 20, offered=50))
    found, _chosen = recommend(ORDER, [one])
    assert found.instances == 3
    assert found.meets
    assert "3 instances" in found.rule


def test_nothing_that_meets_the_target_gives_the_nearest_and_says_so():
    bad = [served(cores, point(90, 300), point(90, p99, offered=90)) for cores, p99 in ((1, 400), (2, 300))]
    found, _chosen = recommend(ORDER, bad)
    assert not found.meets
    assert found.cores == 2
    assert "No measured setting" in found.rule
    assert any("p99 is 300" in told for told in found.advice)


def test_failed_requests_do_not_meet_a_target():
    one = served(1, point(200, 5), point(120, 5, offered=130, failed=100))
    found, _chosen = recommend(ORDER, [one])
    assert not found.meets


def test_what_was_not_measured_recommends_nothing():
    assert recommend(ORDER, [msgspec.structs.replace(served(1), ended="It ended.")]) is None


def test_costs_follow_from_the_price_of_an_hour():
    assert cost_per_million(0.36, 100) == pytest.approx(1.0)
    assert cost_per_million(0.36, 0) == 0

"""Mirrored traffic through a real router: copies are marked and counted, and the caller never notices."""

from __future__ import annotations

import time
from typing import Any

import httpx
import msgspec
import pytest

from mlops.formats.serving import DeploymentCounts, RouterStats
from mlops.router.mirrors import MOST_IN_FLIGHT
from tests.router.test_router import ask, backends, deployment, endpoint, router, write_table
from tests.scoring.running import wait_for


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    table = tmp_path_factory.mktemp("mirroring") / "routing.json"
    with backends("main", "shadow") as (main, shadow):
        blue = deployment("blue", main, weight=100)
        green = deployment("green", shadow, mirror=100, timeout_seconds=3)
        write_table(table, endpoint(blue, green, control="blue"))
        with router(table) as (client, _):
            client.headers["x-shadow"] = f"http://127.0.0.1:{shadow}"
            yield client


def green(front: httpx.Client) -> DeploymentCounts:
    stats = msgspec.json.decode(front.get("/-/stats").content, type=RouterStats)
    return next(one for one in stats.deployments if one.deployment == "green")


def seen_by_shadow(front: httpx.Client) -> list[dict[str, Any]]:
    return list(httpx.get(f"{front.headers['x-shadow']}/seen").json())


def test_a_copy_arrives_marked_with_the_requests_id_and_only_the_mirror_counts_it(front):
    before = green(front)
    answer = ask(front, content=b"abc", headers={"x-request-id": "m-1"})
    assert answer.json()["name"] == "main"
    wait_for(lambda: green(front).mirrored.requests == before.mirrored.requests + 1)
    copy = next(one for one in seen_by_shadow(front) if one.get("x-request-id") == "m-1")
    assert (copy["x-mlops-mirrored"], copy["content-length"]) == ("1", "3")
    assert green(front).requests == before.requests


def test_what_is_asked_of_the_mirror_itself_is_no_copy(front):
    before = green(front)
    assert ask(front, to="green").json()["name"] == "shadow"
    assert green(front).requests == before.requests + 1
    assert green(front).mirrored == before.mirrored


def test_a_failing_copy_is_counted_and_the_caller_has_its_answer(front):
    before = green(front)
    assert ask(front, headers={"x-fault": "shadow:drop"}).status_code == 200
    wait_for(lambda: green(front).mirrored.errors == before.mirrored.errors + 1)


def test_a_slow_mirror_slows_nobody_and_copies_beyond_the_bound_are_dropped(front):
    before = green(front)
    began = time.monotonic()
    for _ in range(MOST_IN_FLIGHT + 10):
        assert ask(front, headers={"x-fault": "shadow:sleep=4"}).status_code == 200
    assert time.monotonic() - began < 4
    assert green(front).mirrored.dropped - before.mirrored.dropped >= 8
    wait_for(lambda: green(front).mirrored.requests - before.mirrored.requests >= MOST_IN_FLIGHT)


def test_prometheus_tells_shares_roles_and_copies(front):
    text = front.get("/metrics").text
    assert 'mlops_router_share_percent{endpoint="e1",deployment="blue",role="control"} 100' in text
    assert 'role="mirror"} 0' in text
    assert 'mlops_router_mirrored_total{endpoint="e1",deployment="green",status="2xx"}' in text

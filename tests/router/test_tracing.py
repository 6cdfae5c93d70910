"""A request is found again: its id, its W3C trace, and the sample that the router keeps of it."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.router.test_router import ask, backends, deployment, endpoint, router, write_table

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    table = tmp_path_factory.mktemp("tracing") / "routing.json"
    with backends("one") as (one,):
        write_table(table, endpoint(deployment("blue", one, weight=100), sticky_cookie="who"))
        with router(table) as (client, _):
            yield client


def samples(front: httpx.Client, more: str = "") -> list[dict[str, Any]]:
    return list(front.get(f"/-/requests?endpoint=e1{more}").json()["requests"])


def test_a_trace_goes_on_with_a_span_of_the_routers(front):
    told = ask(front, headers={"traceparent": PARENT, "tracestate": "vendor=1"}).json()["headers"]
    version, trace, span, flags = told["traceparent"].split("-")
    assert (version, trace, flags) == ("00", PARENT.split("-")[1], "01")
    assert span != PARENT.split("-")[2]
    assert told["tracestate"] == "vendor=1"


@pytest.mark.parametrize("given", ["", "nonsense", PARENT.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32)])
def test_without_a_sound_trace_one_begins(front, given):
    told = ask(front, headers={"traceparent": given, "tracestate": "vendor=1"}).json()["headers"]
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", told["traceparent"])
    assert "tracestate" not in told


def test_a_request_id_that_could_break_a_log_line_is_replaced(front):
    assert ask(front, headers={"x-request-id": "a b"}).headers["x-request-id"] != "a b"
    assert len(ask(front, headers={"x-request-id": "x" * 129}).headers["x-request-id"]) == 32


def test_a_sample_tells_where_the_time_went_and_who_asked(front):
    ask(front, content=b"abcde", headers={"x-request-id": "s-1", "traceparent": PARENT})
    sample = samples(front)[0]
    assert (sample["request_id"], sample["trace_id"]) == ("s-1", PARENT.split("-")[1])
    assert (sample["deployment"], sample["status"], sample["credential"]) == ("blue", 200, "primary")
    assert (sample["path"], sample["request_bytes"], sample["attempts"]) == ("/score", 5, 1)
    stages = sample["stages"]
    assert (stages["queue"], stages["score"]) == (0.5, 1.25)
    assert 0 < stages["router"] < sample["milliseconds"]


def test_failures_outlive_many_requests_that_went_well(front):
    ask(front, headers={"x-request-id": "s-bad", "x-status": "422"})
    for _ in range(210):
        ask(front)
    assert samples(front, "&failed=1")[0]["request_id"] == "s-bad"
    assert len(samples(front)) < 310


def test_the_use_of_a_key_is_told(front):
    ask(front)
    (use,) = front.get("/-/stats").json()["credentials"]
    assert (use["endpoint"], use["credential"]) == ("e1", "primary")
    assert use["requests"] >= 1


def test_a_caller_without_a_cookie_gets_one_for_this_endpoint_and_keeps_it(front):
    given = httpx.post(f"{front.base_url}/endpoints/p/prices/score", headers={"api-key": "right"})
    cookie = given.headers["set-cookie"]
    assert re.match(r"who=[0-9a-f]{32}; Path=/endpoints/p/prices; .*HttpOnly; SameSite=Lax", cookie)
    again = ask(front, headers={"cookie": cookie.partition(";")[0]})
    assert "set-cookie" not in again.headers


def test_statuses_and_the_wait_at_the_server_are_counted(front):
    before = blue(front)
    ask(front, headers={"x-status": "422"})
    after = blue(front)
    assert after["statuses"]["422"] == before["statuses"].get("422", 0) + 1
    assert after["queued"] == before["queued"] + 1
    assert after["queue_seconds"] - before["queue_seconds"] == pytest.approx(0.0005)


def blue(front: httpx.Client) -> dict[str, Any]:
    (found,) = front.get("/-/stats").json()["deployments"]
    return dict(found)


def test_every_call_has_a_name_of_its_own_that_no_caller_can_give(front):
    given = {"x-request-id": "order-7", "x-mlops-call": "mine", "x-mlops-spool-key": "stolen"}
    told = [ask(front, headers=given).json()["headers"] for _ in range(2)]
    assert {one["x-request-id"] for one in told} == {"order-7"}
    assert len({one["x-mlops-call"] for one in told}) == 2
    assert all(re.fullmatch(r"[0-9a-f]{32}", one["x-mlops-call"]) for one in told)
    assert not any("x-mlops-spool-key" in one for one in told)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, None),
        ({"traceparent": PARENT}, PARENT.split("-")[1]),
        ({"traceparent": PARENT, "x-mlops-correlation-id": "c"}, "c"),
        ({"traceparent": PARENT, "x-correlation-id": "c"}, None),
    ],
)
def test_a_callers_trace_correlates_where_the_caller_says_nothing_else(front, given, found):
    assert ask(front, headers=given).json()["headers"].get("x-mlops-correlation-id") == found

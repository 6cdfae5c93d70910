"""When a server dies, refuses or is not there yet: what is asked again, where, and what is not."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import pytest

from mlops.formats.serving import Backend
from tests.router.test_router import ask, backends, deployment, endpoint, router, write_table
from tests.scoring.running import free_port, process, wait_for


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    table = tmp_path_factory.mktemp("retries") / "routing.json"
    with backends("one", "two") as (one, two):
        write_table(
            table,
            endpoint(
                deployment("blue", one, two, weight=100),
                deployment("effects", one, two, is_idempotent=False),
                deployment("alone", one),
                deployment("prefixed", backends=(Backend(url=f"http://localhost:{two}/under/here/"),)),
            ),
        )
        with router(table) as (client, _):
            yield client


def test_a_connection_that_ends_before_any_answer_is_tried_once_on_another_server(front):
    answers = [ask(front, headers={"x-fault": "one:drop"}) for _ in range(6)]
    assert [answer.json()["name"] for answer in answers] == ["two"] * 6


def test_with_effects_it_is_not_tried_again(front):
    statuses = [ask(front, to="effects", headers={"x-fault": "one:drop"}).status_code for _ in range(6)]
    assert set(statuses) == {200, 502}


def test_a_request_that_ends_every_server_is_given_up_after_the_second(front):
    answer = ask(front, to="alone", headers={"x-fault": "one:drop", "x-request-id": "poison"})
    assert (answer.status_code, answer.json()["code"]) == (502, "backend_failed")
    sent = [sample for sample in front.get("/-/requests?endpoint=e1").json()["requests"] if sample["code"]]
    assert (sent[0]["request_id"], sent[0]["attempts"]) == ("poison", 2)


def test_a_full_server_is_passed_over_and_its_refusal_told_where_there_is_no_other(front):
    assert [ask(front, headers={"x-fault": "one:503"}).json()["name"] for _ in range(4)] == ["two"] * 4
    assert ask(front, to="alone", headers={"x-fault": "one:503"}).json()["code"] == "queue_full"


def test_a_server_may_be_on_any_host_and_under_a_path(front):
    assert ask(front, "/score?a=1", to="prefixed").json()["path"] == "/under/here/score?a=1"


def test_the_server_with_the_fewest_under_way_is_asked(front):
    slow = threading.Thread(target=lambda: ask(front, headers={"x-fault": "one:sleep=0.8"}))
    also = threading.Thread(target=lambda: ask(front, headers={"x-fault": "one:sleep=0.8"}))
    slow.start(), also.start()
    time.sleep(0.2)
    names = {ask(front).json()["name"] for _ in range(6)}
    slow.join(), also.join()
    assert names == {"two"}


def test_a_request_waits_for_a_server_that_comes_up_meanwhile(tmp_path):
    port = free_port()
    write_table(tmp_path / "routing.json", endpoint(deployment("blue", port, weight=100, wait_seconds=20)))
    with ExitStack() as stack:
        client, _ = stack.enter_context(router(tmp_path / "routing.json"))
        client.timeout = 30
        names: list[str] = []
        caller = threading.Thread(target=lambda: names.append(ask(client).json()["name"]))
        caller.start()
        time.sleep(0.3)
        stack.enter_context(process("tests.router.backend", str(port), "late"))
        caller.join()
        assert names == ["late"]


def test_a_request_that_waits_goes_where_a_new_table_sends_it(tmp_path):
    table = tmp_path / "routing.json"
    with backends("new") as (port,), ExitStack() as stack:
        write_table(table, endpoint(deployment("blue", weight=100, wait_seconds=20)))
        client, _ = stack.enter_context(router(table))
        client.timeout = 30
        names: list[str] = []
        caller = threading.Thread(target=lambda: names.append(ask(client).json()["name"]))
        caller.start()
        time.sleep(0.3)
        write_table(table, endpoint(deployment("blue", port, weight=100)), revision=2)
        caller.join()
        assert names == ["new"]


def test_a_server_that_left_the_table_finishes_what_it_has(tmp_path):
    table = tmp_path / "routing.json"
    with backends("old", "new") as (old, new), ExitStack() as stack:
        write_table(table, endpoint(deployment("blue", old, weight=100, timeout_seconds=5)))
        client, _ = stack.enter_context(router(table))
        names: list[str] = []
        caller = threading.Thread(target=lambda: names.append(ask(client, "/sleep?s=1.5").json()["name"]))
        caller.start()
        time.sleep(0.3)
        write_table(table, endpoint(deployment("blue", new, weight=100)), revision=2)
        wait_for(lambda: client.get("/readyz").json()["table_revision"] == 2)
        assert ask(client).json()["name"] == "new"
        caller.join()
        assert names == ["old"]

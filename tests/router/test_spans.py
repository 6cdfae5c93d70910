"""A request is told to a collector as one trace: the caller's, the router's, the server's."""

from __future__ import annotations

import pytest

from tests.collector import collector
from tests.router.test_router import ask, backends, deployment, endpoint, router, write_table
from tests.router.test_tracing import PARENT
from tests.scoring.folders import price_folder
from tests.scoring.running import scoring
from tests.scoring.test_onnx_server import ROW


@pytest.fixture
def taking(monkeypatch):
    with collector() as found:
        monkeypatch.setenv("MLOPS_OTEL_ENDPOINT", found.url)
        yield found


def test_a_traced_request_has_the_routers_span_and_one_for_each_attempt(taking, tmp_path):
    table = tmp_path / "routing.json"
    with backends("one", "two") as (one, two):
        write_table(table, endpoint(deployment("blue", one, two, weight=100)))
        with router(table) as (front, _):
            ask(front, headers={"traceparent": PARENT, "x-request-id": "s-1", "x-fault": "one:503"})
            ask(front, headers={"traceparent": PARENT, "x-request-id": "s-2", "x-fault": "one:503"})
            found = [one for _service, one in taking.wait_for_spans(5)]
    own = [one for one in found if one.name == "POST prices"]
    assert {one.parent_span_id.hex() for one in own} == {PARENT.split("-")[2]}
    attempts = [one for one in found if one.name == "ask blue"]
    assert {one.parent_span_id for one in attempts} == {one.span_id for one in own}
    assert sorted(one.status.message for one in attempts) == ["", "", "another server was asked"]


def test_what_its_caller_does_not_trace_is_not_told(taking, tmp_path):
    table = tmp_path / "routing.json"
    with backends("one") as (one,):
        write_table(table, endpoint(deployment("blue", one, weight=100)))
        with router(table) as (front, _):
            ask(front, headers={"traceparent": f"{PARENT[:-2]}00"})
            ask(front, headers={"traceparent": PARENT})
    assert len(taking.spans()) == 2


def test_a_share_of_the_traces_that_begin_here_is_told(taking, tmp_path, monkeypatch):
    monkeypatch.setenv("MLOPS_OTEL_SHARE", "0")
    table = tmp_path / "routing.json"
    with backends("one") as (one,):
        write_table(table, endpoint(deployment("blue", one, weight=100)))
        with router(table) as (front, _):
            assert ask(front).json()["headers"]["traceparent"].endswith("-00")
    assert taking.spans() == []


def test_the_servers_spans_hang_below_the_attempt_that_asked_it(taking, tmp_path):
    table = tmp_path / "routing.json"
    with scoring(price_folder(tmp_path / "price")) as server:
        write_table(table, endpoint(deployment("blue", server.base_url.port, weight=100)))
        with router(table) as (front, _):
            ask(front, json={"data": [ROW]}).raise_for_status()
            found = taking.wait_for_spans(5)
    services = {one.name: service for service, one in found}
    spans = {one.name: one for _service, one in found}
    assert services["answer"] == services["score"] == "mlops-scoring"
    assert spans["answer"].parent_span_id == spans["ask blue"].span_id
    assert spans["score"].parent_span_id == spans["wait for a turn"].parent_span_id == spans["answer"].span_id
    assert len({one.trace_id for one in spans.values()}) == 1

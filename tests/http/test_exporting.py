"""Spans leave in the background, within bounds, and survive a collector that is away."""

from __future__ import annotations

import time

import pytest

from mlops.http import exporting
from mlops.http.exporting import Exporter
from mlops.http.otlp import Address, address, headers_of, share
from mlops.http.spans import SERVER, Span, SpanQueue, parent_of
from tests.collector import collector

PARENT = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def span(name: str = "score", **more) -> Span:
    usual = {"trace_id": b"4bf92f3577b34da6a3ce929d0e0e4736", "span_id": b"00f067aa0ba902b7", "parent_id": b""}
    return Span(**{**usual, "name": name, "kind": SERVER, "began": 1.7e9, "seconds": 0.25, **more})


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(exporting, "EVERY_SECONDS", 0.05)


def test_a_span_arrives_as_the_messages_of_opentelemetry_read_it():
    with collector() as taking:
        sending = Exporter(Address(url=taking.url), service="mlops-router")
        sending.queue.add(span(attributes=(("a", "b"), ("n", 3), ("f", 0.5)), error="HTTP 503"))
        ((service, got),) = taking.wait_for_spans(1)
        sending.end()
    assert (service, got.trace_id.hex(), got.kind) == ("mlops-router", "4bf92f3577b34da6a3ce929d0e0e4736", SERVER)
    assert got.end_time_unix_nano - got.start_time_unix_nano == 250_000_000
    assert [one.value.WhichOneof("value") for one in got.attributes] == ["string_value", "int_value", "double_value"]
    assert (got.status.code, got.status.message) == (2, "HTTP 503")


def test_what_a_collector_that_is_away_does_not_take_comes_later():
    with collector() as taking:
        taking.status = 503
        sending = Exporter(Address(url=taking.url, headers={"x-key": "k"}), service="s")
        sending.queue.add(span())
        while taking.asked < 1:
            time.sleep(0.01)
        taking.status = 200
        assert len(taking.wait_for_spans(1)) == 1
        assert taking.headers[-1]["x-key"] == "k"
        sending.end()


def test_what_a_collector_will_never_take_is_dropped_and_said_once(caplog):
    with collector() as taking:
        taking.status = 400
        sending = Exporter(Address(url=taking.url), service="s")
        for _ in range(2):
            sending.queue.add(span())
            time.sleep(0.3)
        taking.status = 200
        sending.queue.add(span("good"))
        assert [one.name for _service, one in taking.wait_for_spans(1)] == ["good"]
        sending.end()
    assert caplog.text.count("Traces are not taken") == 1


def test_what_waits_is_sent_at_the_end():
    with collector() as taking:
        sending = Exporter(Address(url=taking.url), service="s")
        sending.queue.add(span())
        sending.end()
        assert len(taking.spans()) == 1


def test_the_queue_is_bounded_and_counts_what_it_dropped():
    queue = SpanQueue(most=2)
    for name in ("a", "b", "c"):
        queue.add(span(name))
    assert ([one.name for one in queue.take(9)], queue.dropped, len(queue)) == (["a", "b"], 1, 0)


@pytest.mark.parametrize("header", [b"", b"nonsense", PARENT.replace(b"4bf92f3577b34da6a3ce929d0e0e4736", b"0" * 32)])
def test_an_unsound_parent_is_none(header):
    assert parent_of(header) is None


def test_a_sound_parent_tells_its_decision():
    found = parent_of(PARENT)
    assert found is not None and found.is_sampled  # noqa: PT018
    unwanted = parent_of(PARENT[:-2] + b"00")
    assert unwanted is not None and not unwanted.is_sampled  # noqa: PT018


def test_settings_say_where_with_what_and_how_much(tmp_path):
    (tmp_path / "headers").write_text("authorization=Bearer%20x, a=b\n")
    environ = {"MLOPS_OTEL_ENDPOINT": "http://c:4318/", "MLOPS_OTEL_HEADERS_FILE": str(tmp_path / "headers")}
    assert address(environ) == Address(url="http://c:4318", headers={"authorization": "Bearer x", "a": "b"})
    assert (address({}), address({"MLOPS_OTEL_ENDPOINT": "collector"})) == (None, None)
    assert (share({}), share({"MLOPS_OTEL_SHARE": "0.1"}), share({"MLOPS_OTEL_SHARE": "much"})) == (1.0, 0.1, 1.0)
    assert headers_of("") == {}

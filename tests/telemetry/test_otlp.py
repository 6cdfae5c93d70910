"""The families of Prometheus, as a collector of OpenTelemetry gets them."""

from __future__ import annotations

import pytest

from mlops.formats.prometheus import Family, Sample, histogram
from mlops.telemetry.otlp import request, send_metrics
from mlops.telemetry.sampling import look
from tests.collector import collector
from tests.telemetry.conftest import told

pytestmark = pytest.mark.django_db


def test_every_family_arrives_with_its_kind(endpoint, monkeypatch):
    look(told(endpoint, statuses={"200": 3}, in_flight=2))
    with collector() as taking:
        monkeypatch.setenv("MLOPS_OTEL_ENDPOINT", taking.url)
        assert send_metrics()
        found = taking.metrics()
    (counted,) = found["mlops_endpoint_requests_total"].sum.data_points
    assert counted.as_double == 3
    assert {one.key: one.value.string_value for one in counted.attributes}["deployment"] == "blue"
    assert found["mlops_endpoint_in_flight"].gauge.data_points[0].as_double == 2


def test_a_histograms_buckets_count_each_its_own():
    samples = histogram({"a": "b"}, bounds=(1, 2), counts=(3, 0, 1), total=9.0)
    sent = request([Family(name="h", help="", kind="histogram", samples=samples)], now=1.0)
    (metric,) = sent["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]
    (point,) = metric["histogram"]["dataPoints"]
    assert (point["bucketCounts"], point["explicitBounds"], point["count"]) == (["3", "0", "1"], [1.0, 2.0], "4")


def test_nothing_is_sent_without_a_collector_and_nothing_breaks_when_it_is_away(monkeypatch):
    assert not send_metrics()
    monkeypatch.setenv("MLOPS_OTEL_ENDPOINT", "http://127.0.0.1:9")
    assert not send_metrics()


def test_an_empty_family_is_left_out():
    assert request([Family(name="g", help="", samples=[Sample(1.0)]), Family(name="e", help="")], now=1.0)[
        "resourceMetrics"
    ][0]["scopeMetrics"][0]["metrics"] == [
        {
            "name": "g",
            "description": "",
            "gauge": {"dataPoints": [{"attributes": [], "timeUnixNano": "1000000000", "asDouble": 1.0}]},
        }
    ]

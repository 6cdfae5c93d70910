"""REST and Prometheus."""

from __future__ import annotations

import csv
import io

import pytest

from mlops.accounts.actions import create_first_administrator
from mlops.telemetry.sampling import look
from mlops.work.measuring import COLLECTORS, measures
from tests.telemetry.conftest import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def get(client, reader):
    client.force_login(reader)
    return client.get


def test_telemetry_is_told_for_each_deployment(get, endpoint):
    look(told(endpoint, statuses={"200": 4}, in_flight=2))
    found = get(f"/api/v1/online-endpoints/{endpoint.pk}/telemetry/?range=15m").json()
    assert [one["deployment"] for one in found["deployments"]] == ["blue", "green"]
    assert found["deployments"][0]["total"]["statuses"] == {"200": 4}
    assert len(found["deployments"][0]["points"]) == 16


def test_one_deployment_comes_as_csv(get, endpoint):
    answer = get(f"/api/v1/online-endpoints/{endpoint.pk}/telemetry/?deployment=blue&as=csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert {row["deployment"] for row in rows} == {"blue"}
    assert {"at", "per_second", "p95", "utilization", "memory_bytes"} <= set(rows[0])


def test_a_deployment_that_is_not_there_is_refused(get, endpoint):
    answer = get(f"/api/v1/online-endpoints/{endpoint.pk}/telemetry/?deployment=bleu")
    assert (answer.status_code, "blue" in answer.json()["hint"]) == (404, True)


def test_prometheus_gets_each_deployments_series(client, endpoint):
    look(told(endpoint, statuses={"200": 4, "503": 1}, in_flight=2))
    admin, _password = create_first_administrator()
    client.force_login(admin)
    text = client.get("/metrics").content.decode()
    labels = 'project="churn",endpoint="prices",deployment="blue"'
    assert f'mlops_endpoint_requests_total{{{labels},status="503"}} 1' in text
    assert f"mlops_endpoint_in_flight{{{labels}}} 2" in text
    assert f"mlops_endpoint_possible{{{labels}}} 2" in text


def test_a_collector_that_fails_takes_nobody_elses_counts_away(client, endpoint):
    @measures("broken")
    def broken():
        raise RuntimeError("no")

    try:
        admin, _password = create_first_administrator()
        client.force_login(admin)
        text = client.get("/metrics").content.decode()
    finally:
        del COLLECTORS["broken"]
    assert 'mlops_collector_up{collector="broken"} 0' in text
    assert 'mlops_collector_up{collector="telemetry"} 1' in text
    assert "mlops_endpoint_traffic_percent{" in text

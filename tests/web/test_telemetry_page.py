"""The page Telemetry of an endpoint."""

from __future__ import annotations

import pytest
from django.utils import timezone

from mlops.deployments.models import TrafficMinute
from mlops.formats.serving import LATENCY_BOUNDS
from mlops.telemetry.sampling import look
from tests.telemetry.conftest import blue, endpoint, told

__all__ = ["blue", "endpoint"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, reader, endpoint):
    client.force_login(reader)

    def read(query: str = "") -> str:
        return client.get(f"/endpoints/{endpoint.pk}/telemetry/{query}").content.decode()

    return read


@pytest.fixture
def traffic(blue) -> None:
    latency = [0] * (len(LATENCY_BOUNDS) + 1)
    latency[4] = 60
    minute = timezone.now().replace(second=0, microsecond=0)
    TrafficMinute.objects.create(deployment=blue, minute=minute, requests=60, errors=6, latency_counts=latency)


def test_without_requests_it_says_how_to_send_one(page):
    assert "No requests in this time" in page()


def test_both_deployments_are_told_side_by_side(page, traffic):
    text = page()
    assert "green beside blue" in text
    assert 'id="plot-latency"' in text
    assert "10 %" in text  # of blue's requests failed


def test_one_deployment_alone_has_its_answers_stacked(page, traffic):
    text = page("?deployment=blue")
    assert "beside" not in text
    assert "Refused (4xx)" in text


def test_the_live_part_comes_alone_and_its_links_lead_to_the_whole_page(page, traffic):
    text = page("?range=6h&part=body")
    assert "<html" not in text
    assert "?range=6h&amp;csv=rate" in text


def test_a_range_that_ends_is_not_looked_at_again(page):
    assert "data-live-every" in page("?range=1h")
    assert "data-live-every" not in page("?from=2026-11-01T00:00&to=2026-11-02T00:00")


def test_a_range_that_makes_no_sense_is_said_above_the_usual_one(client, reader, endpoint):
    client.force_login(reader)
    answer = client.get(f"/endpoints/{endpoint.pk}/telemetry/?range=6hours")
    assert answer.status_code == 400
    assert "There is no range “6hours”" in answer.content.decode()


def test_a_chart_comes_as_csv(client, reader, endpoint, traffic):
    client.force_login(reader)
    answer = client.get(f"/endpoints/{endpoint.pk}/telemetry/?csv=errors")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="prices-errors.csv"'
    assert answer.content.decode().startswith("At,blue: errors,blue: refused,green: errors")


def test_answers_by_status_are_counted(page, traffic, endpoint):
    look(told(endpoint, statuses={"200": 4, "503": 1}))
    assert "blue 503" in page()


def test_the_old_address_leads_here(client, reader, endpoint):
    client.force_login(reader)
    answer = client.get(f"/endpoints/{endpoint.pk}/?tab=metrics")
    assert answer.headers["Location"] == f"/endpoints/{endpoint.pk}/telemetry/"

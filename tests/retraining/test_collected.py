"""Retraining on what an endpoint collected: the older rows train, the newer ones with their labels decide."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.collected import labels, tasks
from mlops.deployments.models import Deployment, Endpoint
from mlops.retraining import actions
from tests.collected.spooled import recorded, spooled
from tests.retraining.conftest import led, prices

pytestmark = pytest.mark.django_db(transaction=True)
DAY = 86_400
SETTINGS = {
    "endpoint": "shop",
    "what": {
        "pipeline": "train prices",
        "parameters": {"data": "${{window}}"},
        "window": {"dataset": "shop data", "seconds": 30 * DAY},
    },
    "compare": {"held_out": {"kind": "collected", "seconds": DAY}},
}


@pytest.fixture
def collected(contributor, endpoint) -> Endpoint:
    """400 requests of three days ago and 200 of an hour ago, each with its label."""
    blue, now = Deployment.objects.get(), timezone.now()
    rows = prices(600, seed=5).to_dicts()
    records = []
    for number, row in enumerate(rows):
        at = now - (timedelta(days=3) if number < 400 else timedelta(hours=1)) + timedelta(seconds=number)
        inputs = {name: [row[name]] for name in ("make", "power", "weight")}
        parts = {"inputs": inputs, "predictions": {"Scored Labels": [0.0]}}
        records.append(recorded(blue, request_id=f"r{number}", at=at, parts=parts))
    spooled(blue, *records)
    tasks.look()
    truth = [{"request_id": f"r{number}", "price": row["price"]} for number, row in enumerate(rows)]
    labels.post_rows(contributor, endpoint, rows=truth)
    tasks.look()
    return endpoint


def test_a_window_is_saved_trained_on_and_later_labelled_rows_decide(contributor, collected, make_policy):
    attempt = led(actions.start(contributor, make_policy(**SETTINGS)))
    assert (attempt.stage, attempt.data_label, attempt.data_rows) == ("promoted", "shop data:1", 400), attempt.reason
    found = attempt.found
    assert (found.rows, found.label, found.champion.label) == (200, "price", "prices:1")
    assert attempt.parameters == {"data": "shop data:1"}


def test_too_few_collected_rows_start_none(contributor, collected, make_policy):
    policy = make_policy(**SETTINGS, when={"least_new_rows": 1000})
    attempt = actions.start(contributor, policy, is_push=True)
    assert (attempt.stage, attempt.reason) == ("skipped", "“shop” has 600 new rows; 1,000 are asked for.")


def test_an_endpoint_that_collected_nothing_fails_with_the_remedy(contributor, endpoint, make_policy):
    attempt = led(actions.start(contributor, make_policy(**SETTINGS)))
    assert (attempt.stage, attempt.failed_in) == ("failed", "preparing")
    assert "Turn on data collection" in attempt.hint

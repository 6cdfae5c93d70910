"""What two deployments answered in the same time, from what was collected of both."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.collected import tasks as collecting
from mlops.formats.refusal import Refusal
from mlops.telemetry.comparing import compare, found_in
from mlops.telemetry.models import AnswerComparison
from mlops.telemetry.tasks import compare as carry_out
from mlops.telemetry.tasks import sweep
from tests.collected.conftest import blue, endpoint, make, version
from tests.collected.spooled import recorded, spooled

__all__ = ["blue", "endpoint", "make", "version"]
pytestmark = pytest.mark.django_db(transaction=True)


def collect(deployment, *, offset: float, rows: int = 60) -> None:
    """Requests alike, answers higher by the offset."""
    now = timezone.now()
    for number in range(rows):
        parts = {"inputs": {"power": [number]}, "predictions": {"price": [10.0 * number + offset]}}
        at = now - timedelta(seconds=number + 1)
        spooled(deployment, recorded(deployment, request_id=f"{deployment.name}{number}", at=at, parts=parts))


def asked(actor, endpoint) -> AnswerComparison:
    now = timezone.now()
    row = compare(actor, endpoint, first="blue", second="green", start=now - timedelta(hours=1), end=now)
    carry_out(str(row.pk))
    row.refresh_from_db()
    return row


def test_answers_that_moved_are_told_from_inputs_that_did_not(contributor, endpoint, blue, make):
    collect(blue, offset=0.0)
    collect(make("green"), offset=900.0)
    collecting.look()
    row = asked(contributor, endpoint)
    assert (row.state, row.first_rows, row.second_rows) == ("completed", 60, 60), row.reason
    found = found_in(row)
    assert found is not None
    states = {signal.name: signal.state for signal in found.signals}
    assert states == {"answers": "alarm", "inputs": "fine"}
    assert found.signals[0].features[0].feature == "predictions.price"


def test_too_few_rows_are_said_with_what_to_do(contributor, endpoint, blue, make):
    make("green")
    row = asked(contributor, endpoint)
    assert (row.state, "0 rows of “blue”" in row.reason) == ("failed", True)
    assert "Turn collection on" in row.hint


def test_a_deployment_is_not_compared_with_itself_and_a_reader_may_not_ask(contributor, reader, endpoint, blue, make):
    make("green")
    span = {"start": timezone.now() - timedelta(hours=1), "end": timezone.now()}
    with pytest.raises(Refusal) as refused:
        compare(contributor, endpoint, first="blue", second="blue", **span)
    assert refused.value.code == "comparison_of_one"
    with pytest.raises(Refusal) as forbidden:
        compare(reader, endpoint, first="blue", second="green", **span)
    assert forbidden.value.status == 403


def test_what_a_lost_worker_left_is_taken_up(contributor, endpoint, blue, make):
    make("green")
    span = {"start": timezone.now() - timedelta(hours=1), "end": timezone.now()}
    row = compare(contributor, endpoint, first="blue", second="green", **span)
    rows = AnswerComparison.objects.filter(pk=row.pk)
    rows.update(state="running", attempt=1, lease_until=timezone.now() - timedelta(minutes=1))
    sweep()
    row.refresh_from_db()
    assert (row.state, "tried again" in row.reason) == ("queued", True)
    rows.update(state="running", attempt=3, lease_until=timezone.now() - timedelta(minutes=1))
    sweep()
    row.refresh_from_db()
    assert row.state == "failed"


def test_the_page_shows_both_distributions(client, contributor, endpoint, blue, make):
    collect(blue, offset=0.0)
    collect(make("green"), offset=900.0)
    collecting.look()
    client.force_login(contributor)
    at = f"/endpoints/{endpoint.pk}/telemetry/?deployment=blue&deployment=green"
    answer = client.post(at, follow=True).content.decode()
    assert "it appears here when it is done" in answer
    carry_out(str(AnswerComparison.objects.get().pk))
    text = client.get(at).content.decode()
    assert "Distribution of predictions.price" in text
    assert client.get(f"{at}&csv=answers-0").content.decode().startswith("predictions.price,blue,green")

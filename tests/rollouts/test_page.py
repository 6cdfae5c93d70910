"""The traffic tab: shares, rollouts and the way back, as a user's browser asks for them."""

from __future__ import annotations

import pytest

from mlops.deployments.models import Endpoint
from mlops.rollouts.models import Rollout
from tests.rollouts.conftest import counted, looked, traffic

pytestmark = pytest.mark.django_db

TYPED = {
    "act": "begin", "candidate": "green", "control": "", "steps": "5 100", "mirror": "0", "least_minutes": "1",
    "least_requests": "50", "most_minutes": "", "errors": "1", "latency": "1.5", "metric": "",
    "metric_tolerance": "0", "reason": "Version 2",
}  # fmt: skip


@pytest.fixture
def page(client, contributor, endpoint):
    client.force_login(contributor)
    return lambda **typed: (
        client.post(f"/endpoints/{endpoint.pk}/", typed, follow=True)
        if typed
        else client.get(f"/endpoints/{endpoint.pk}/?tab=traffic")
    )


def test_shares_and_copies_are_set_together(page, endpoint):
    answer = page(act="traffic", **{"share-blue": "80", "share-green": "20", "mirror-blue": "", "mirror-green": "5"})
    changed = Endpoint.objects.get()
    assert (changed.traffic, changed.mirrors) == ({"blue": 80, "green": 20}, {"green": 5})
    assert "Back to" in answer.content.decode()
    page(act="restore-traffic")
    assert Endpoint.objects.get().traffic == {"blue": 100}


def test_a_rollout_is_begun_followed_and_rolled_back(page, endpoint):
    text = page(**TYPED).content.decode()
    assert "Rollout 1: green against blue" in text
    rollout = looked(Rollout.objects.get())
    counted(endpoint, "green", 40)
    looked(rollout)
    text = page().content.decode()
    assert "40 of 50 requests have come" in text
    assert "Time to answer" in text
    page(act="lead", verb="pause", number="1")
    assert "still rolled back when a gate says so" in page().content.decode()
    page(act="lead", verb="rollback", number="1")
    assert traffic(rollout) == {"blue": 100}
    assert "Rolled back by hand." in page().content.decode()


def test_a_finished_rollout_offers_the_way_back(page, endpoint):
    page(**TYPED)
    looked(Rollout.objects.get())
    assert "Rollout 1 of green has finished" in page(act="lead", verb="promote", number="1").content.decode()
    page(act="lead", verb="rollback", number="1")
    assert Endpoint.objects.get().traffic == {"blue": 100}


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(page, endpoint):
    answer = page(**TYPED | {"steps": "fast", "least_requests": "77"})
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "“fast” is no number." in text
    assert 'value="77"' in text
    assert not Rollout.objects.exists()

"""How urgent a run is, by its page and by REST."""

from __future__ import annotations

import pytest
from django.utils import timezone

from mlops.events.models import Event
from mlops.runs.models import Experiment, Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(project, owner) -> Run:
    experiment = Experiment.objects.create(project=project, name="first")
    return Run.objects.create(
        project=project, experiment=experiment, number=7, spec={}, display_name="x", state_since=timezone.now(),
        created_by=owner,
    )  # fmt: skip


def test_an_owner_makes_a_waiting_run_urgent_on_its_page(run, owner, client):
    client.force_login(owner)
    assert 'value="high"' in client.get(f"/runs/{run.pk}/").content.decode()
    assert client.post(f"/runs/{run.pk}/priority/", {"priority": "high"}).status_code == 302
    run.refresh_from_db()
    assert (run.priority, Event.objects.filter(type="mlops.run.prioritized").count()) == (1, 1)


def test_a_contributor_may_wait_but_not_push_ahead(run, contributor, client):
    client.force_login(contributor)
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert 'value="low"' in page
    assert 'value="high"' not in page
    address = f"/api/v1/runs/{run.pk}/prioritize/"
    refused = client.post(address, {"priority": "high"}, content_type="application/json")
    taken = client.post(address, {"priority": "low"}, content_type="application/json")
    assert (refused.status_code, taken.status_code) == (403, 200)


def test_an_unknown_word_names_those_there_are(run, owner, client):
    client.force_login(owner)
    answer = client.post(f"/api/v1/runs/{run.pk}/prioritize/", {"priority": "higher"}, content_type="application/json")
    assert (answer.status_code, "high" in answer.json()["hint"]) == (422, True)


def test_one_that_has_ended_has_no_menu(run, owner, client):
    Run.objects.update(state="completed")
    client.force_login(owner)
    assert "run-priority" not in client.get(f"/runs/{run.pk}/").content.decode()

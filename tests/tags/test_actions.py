"""Tags of every kind of thing are changed by one act, with one event, within limits."""

from __future__ import annotations

import pytest

from mlops.batch.models import BatchEndpoint
from mlops.components.models import Component
from mlops.datasets.models import Dataset
from mlops.deployments.models import Endpoint
from mlops.environments.models import EnvironmentAsset
from mlops.events.models import Event
from mlops.registry.models import RegisteredModel
from mlops.runs.models import Experiment
from mlops.tags.filters import tags_of
from tests.runs.history import past_run

pytestmark = pytest.mark.django_db
NAMED = {
    "experiments": Experiment,
    "datasets": Dataset,
    "models": RegisteredModel,
    "components": Component,
    "environments": EnvironmentAsset,
    "online-endpoints": Endpoint,
    "batch-endpoints": BatchEndpoint,
}


def made(noun, project, actor):
    if noun == "runs":
        return past_run(actor, project, nodes=(), edges=())
    return NAMED[noun].objects.create(project=project, name="prices")


@pytest.fixture
def patch(client, contributor):
    client.force_login(contributor)
    return lambda at, body: client.patch(at, body, content_type="application/json")


@pytest.mark.parametrize("noun", ["runs", *NAMED])
def test_tags_of_any_thing_are_set_and_taken_off(patch, noun, project, contributor):
    thing = made(noun, project, contributor)
    at = f"/api/v1/{noun}/{thing.pk}/tags/"
    assert patch(at, {"Area": "Churn", "Team": "North"}).json() == {"tags": {"Area": "Churn", "Team": "North"}}
    assert patch(at, {"tags": {"Area": None, "Team": "South"}}).json() == {"tags": {"Team": "South"}}
    assert noun == "experiments" or Event.objects.filter(type__endswith=".tagged").count() >= 2


def test_what_changes_nothing_is_no_event(patch, project, contributor):
    model = made("models", project, contributor)
    for _each in range(2):
        patch(f"/api/v1/models/{model.pk}/tags/", {"Area": "Churn"})
    assert Event.objects.filter(type="mlops.registered_model.tagged").count() == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"": "x"}, "tag_invalid"),
        ({"k" * 101: "x"}, "tag_invalid"),
        ({"k": "x" * 501}, "tag_invalid"),
        ({f"k{place}": "x" for place in range(101)}, "tags_too_many"),
        (["Area"], "tag_invalid"),
        ({"k": {"a": 1}}, "tag_invalid"),
    ],
)
def test_what_is_no_tag_is_refused_and_nothing_is_kept(patch, project, contributor, given, code):
    model = made("models", project, contributor)
    answer = patch(f"/api/v1/models/{model.pk}/tags/", given)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert tags_of(model) == {}


def test_the_editor_of_a_page_sets_takes_off_and_comes_back(client, contributor, project):
    client.force_login(contributor)
    model = made("models", project, contributor)
    at, page = f"/tags/models/{model.pk}/", f"/models/{model.pk}/"
    assert client.post(at, {"key": "Area=Churn", "next": page})["Location"] == page
    assert "Take off the tag Area" in client.get(page).content.decode()
    assert client.post(at, {"remove": "Area", "next": "https://elsewhere.example/"})["Location"] == page
    assert tags_of(model) == {}

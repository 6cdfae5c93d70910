"""Datasets behind versions, parents and usual resources."""

from __future__ import annotations

import polars as pl
import pytest
from django.utils import timezone

from mlops.datasets.models import Dataset, DatasetVersion
from mlops.formats.refusal import Refusal
from mlops.registry import relations
from mlops.registry.models import ModelVersion
from mlops.registry.queries import datasets_of, models_from
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def version(contributor, project) -> ModelVersion:
    return registered(contributor, project)


@pytest.fixture
def holdout(owner, project) -> DatasetVersion:
    dataset = Dataset.objects.create(project=project, name="holdout", last_number=1, created_by=owner)
    facts = {"state": "ready", "state_since": timezone.now(), "row_count": pl.DataFrame({"x": [1]}).height}
    return DatasetVersion.objects.create(dataset=dataset, number=1, created_by=owner, **facts)


def refused(act, *given, **more) -> Refusal:
    with pytest.raises(Refusal) as told:
        act(*given, **more)
    return told.value


def test_a_dataset_is_put_behind_a_version_once_and_taken_away(contributor, version, holdout):
    for _time in range(2):
        relations.link_dataset(contributor, version, dataset="holdout:1", relation="Evaluation  data")
    assert [one.relation for one in datasets_of(version)] == ["evaluation data"]
    assert list(models_from(holdout)) == [version]
    assert refused(relations.unlink_dataset, contributor, version, dataset="holdout:1").code == "relation_unknown"
    relations.unlink_dataset(contributor, version, dataset="holdout:1", relation="evaluation data")
    assert not datasets_of(version).exists()


def test_data_that_is_not_there_and_relations_without_words_are_refused(contributor, version, holdout):
    assert refused(relations.link_dataset, contributor, version, dataset="holdouts:1").status in (404, 422)
    assert refused(relations.link_dataset, contributor, version, dataset="holdout:1", relation=" ").code == (
        "relation_invalid"
    )


def test_a_version_is_made_from_another_but_not_in_a_circle(contributor, project, version):
    child = registered(contributor, project)
    relations.set_parent(contributor, child, parent="prices:1")
    assert child.parent == version
    assert refused(relations.set_parent, contributor, version, parent="prices:2").code == "parent_circular"
    assert refused(relations.set_parent, contributor, version, parent="price:1").code == "parent_unknown"
    relations.set_parent(contributor, child, parent="")
    assert ModelVersion.objects.get(pk=child.pk).parent is None


def test_over_rest_and_pages_and_as_the_wizards_defaults(client, contributor, version, holdout):
    client.force_login(contributor)
    address = f"/api/v1/models/{version.model_id}/versions/1/"
    told = client.post(f"{address}datasets/", {"dataset": "holdout:1", "relation": "sample input"}, JSON).json()
    assert [(one["name"], one["relation"]) for one in told["datasets"]] == [("holdout:1", "sample input")]
    changed = client.patch(address, {"resources": {"cpu": "1.5", "memory_gib": 2}}, JSON).json()
    assert changed["resources"] == {"cpu": 1.5, "memory_gib": 2.0}
    wrong = client.patch(address, {"resources": {"cpus": 1}}, JSON).json()
    assert (wrong["code"], wrong["hint"]) == ("resources_invalid", "Did you mean 'cpu'?")
    page = client.get(f"/models/{version.model_id}/1/").content.decode()
    assert "Remove holdout:1 as sample input" in page
    form = {"act": "unlink", "dataset": "holdout:1", "relation": "sample input"}
    assert client.post(f"/models/{version.model_id}/1/", form).status_code == 302
    wizard = client.get("/deploy/", {"version": str(version.pk)})
    assert wizard.status_code == 200
    assert 'value="1.5"' in wizard.content.decode()

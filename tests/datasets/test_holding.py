"""A dataset version on which a model was trained is kept, and the refusal names the model."""

from __future__ import annotations

import pytest

from mlops.datasets import actions, usage
from mlops.datasets.models import DatasetVersion
from mlops.formats.refusal import Refusal
from mlops.registry.models import ModelDataset
from tests.datasets.people import CARS, imported
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(contributor, project) -> DatasetVersion:
    version = imported(contributor, project)
    ModelDataset.objects.create(version=registered(contributor, project), dataset_version=version)
    return version


def test_the_version_of_a_model_cannot_be_deleted(contributor, held):
    with pytest.raises(Refusal) as caught:
        actions.delete_version(contributor, held)
    assert (caught.value.code, caught.value.status) == ("dataset_in_use", 409)
    assert "model “prices:1”" in caught.value.message
    assert caught.value.hint
    assert DatasetVersion.objects.filter(pk=held.pk).exists()


def test_another_version_of_the_same_dataset_can(contributor, project, held):
    other = imported(contributor, project, CARS + b"saab,1,2\n")
    actions.delete_version(contributor, other)
    assert list(DatasetVersion.objects.all()) == [held]


def test_the_refusal_is_told_by_rest_and_the_model_is_listed(client, contributor, held):
    client.force_login(contributor)
    address = f"/api/v1/datasets/{held.dataset_id}/versions/1/"
    assert client.delete(address).json()["code"] == "dataset_in_use"
    (use,) = client.get(address).json()["used_by"]
    assert (use["kind"], use["name"], use["holds"]) == ("model", "prices:1", True)


def test_the_page_lists_the_model_and_says_why_it_is_kept(client, contributor, held):
    client.force_login(contributor)
    address = f"/datasets/{held.dataset_id}/"
    assert "prices:1" in client.get(address, {"tab": "used"}).content.decode()
    told = client.post(f"{address}versions/1/delete/", follow=True).content.decode()
    assert "is used by model “prices:1”" in told
    (use,) = usage.uses_of(held)
    assert client.get(use.url).status_code == 200

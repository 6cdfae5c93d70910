"""Things that a project offers to another, used there by reference."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.test import APIClient

from mlops.accounts import offering
from mlops.accounts.membership import create_project
from mlops.batch.named import model_version
from mlops.bin.deletion import delete
from mlops.datasets import versions
from mlops.deployments.actions import create_deployment, create_endpoint
from mlops.deployments.models import Deployment
from mlops.environments.models import EnvironmentAsset
from mlops.formats.refusal import Refusal
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(stranger) -> Any:
    """Another project, whose owner sees nothing of the first."""
    return create_project(stranger, name="Shop", slug="shop")


@pytest.fixture
def version(owner, project) -> Any:
    return registered(owner, project, name="prices")


def _client(person) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def test_a_model_that_is_offered_is_deployed_in_another_project_by_reference(owner, stranger, shop, version):
    endpoint = create_endpoint(stranger, shop, name="till")
    address = f"/api/v1/online-endpoints/{endpoint.pk}/deployments/"
    body = {"name": "blue", "model": "azureml://registries/churn/models/prices/versions/1"}
    assert _client(stranger).post(address, body, format="json").status_code == 404
    offering.offer(owner, version.model, to=shop)
    made = _client(stranger).post(address, body, format="json")
    assert made.status_code == 201, made.content
    assert (made.json()["model"], made.json()["entry"]) == ("prices:1", "native")
    assert model_version(shop, "churn/prices:1") == version


def test_what_is_in_use_elsewhere_is_not_deleted_and_the_refusal_names_nothing_of_there(owner, stranger, shop, version):
    offering.offer(owner, version.model, to=None)
    create_deployment(stranger, create_endpoint(stranger, shop, name="till"), name="blue", version=version)
    with pytest.raises(Refusal, match="a project that it is offered to") as refused:
        delete(owner, version)
    assert "till" not in str(refused.value.message)
    assert Deployment.objects.count() == 1


def test_without_an_offer_the_model_of_another_project_is_refused(owner, stranger, shop, version):
    endpoint = create_endpoint(stranger, shop, name="till")
    made = offering.offer(owner, version.model, to=shop)
    offering.withdraw(owner, made)
    with pytest.raises(Refusal, match="in another project"):
        create_deployment(stranger, endpoint, name="blue", version=version)


def test_people_of_the_other_project_read_what_is_offered_and_not_where_it_comes_from(owner, stranger, shop, version):
    client = _client(stranger)
    assert client.get("/api/v1/models/").json()["results"] == []
    offering.offer(owner, version.model, to=shop)
    found = client.get("/api/v1/models/").json()["results"]
    assert [(one["name"], one["project"], one["latest"]["run"]) for one in found] == [("prices", "churn", None)]
    offers = client.get("/api/v1/offers/", {"project": "shop"}).json()["results"]
    assert offers[0]["reference"] == "azureml://registries/churn/models/prices"


def test_lineage_shows_the_offered_model_and_nothing_behind_it(owner, stranger, shop, version):
    offering.offer(owner, version.model, to=shop)
    create_deployment(stranger, create_endpoint(stranger, shop, name="till"), name="blue", version=version)
    graph = _client(stranger).get("/api/v1/lineage/", {"of": "deployments/till/blue"}).json()
    assert "models/prices:1" in {node["name"] for node in graph["nodes"]}
    graph = _client(owner).get("/api/v1/lineage/", {"of": "models/prices:1"}).json()
    assert all(node["kind"] != "deployment" for node in graph["nodes"])


def test_a_dataset_that_is_offered_is_read_by_its_owner_and_name(owner, project, stranger, shop):
    dataset = _dataset(owner, project)
    with pytest.raises(Refusal):
        versions.named(shop, "churn/cars")
    offering.offer(owner, dataset, to=shop)
    assert versions.named(shop, "churn/cars").dataset == dataset
    assert versions.named(project, "cars").dataset == dataset


def test_an_environment_that_is_offered_is_resolved_by_its_registry_address(owner, project, shop):
    asset = EnvironmentAsset.objects.create(project=project, name="tools", created_by=owner)
    offering.offer(owner, asset, to=shop)
    from mlops.access.offered import offered_at

    assert offered_at(shop, "environments", "azureml://registries/churn/environments/tools/versions/2") == (asset, "2")
    assert offered_at(project, "environments", "churn/tools:2") is None


def test_offers_are_made_listed_and_withdrawn_by_rest(owner, stranger, shop, version, reader):
    client, address = _client(owner), f"/api/v1/offers/models/{version.model_id}/"
    assert client.post(address, {"to": "shop"}, format="json").status_code == 404  # the owner does not see it
    made = client.post(address, {}, format="json").json()
    assert made["to"] == ""
    assert _client(reader).get(address).status_code == 403
    assert client.delete(f"/api/v1/offers/{made['id']}/").status_code == 204
    assert client.get(address).json()["results"] == []


def _dataset(owner: Any, project: Any) -> Any:
    from django.utils import timezone

    from mlops.datasets.models import Dataset, DatasetVersion

    dataset = Dataset.objects.create(project=project, name="cars", last_number=1, created_by=owner)
    facts = SimpleNamespace(state="ready", state_since=timezone.now(), created_by=owner, row_count=1)
    DatasetVersion.objects.create(dataset=dataset, number=1, **vars(facts))
    return dataset


def test_a_component_that_is_offered_is_used_under_the_name_with_its_owner(owner, project, shop):
    from mlops.components.actions import create_version
    from mlops.components.queries import ProjectLibrary
    from mlops.formats.component import Component
    from mlops.formats.definition import Command, Definition

    named = Component(name="clean", version="1", title="Clean", group="My Components", help="It cleans.")
    definition = Definition(component=named, how=Command(command="true"))
    made = create_version(owner, project, definition, kind="command")
    assert ProjectLibrary(shop).find("churn/clean", "") is None
    offering.offer(owner, made.component, to=shop)
    found = ProjectLibrary(shop).find("churn/clean", "")
    assert found is not None
    assert found.component.name == "churn/clean"


def test_what_is_offered_to_many_projects_is_read_by_two_queries(
    owner, stranger, version, shop, django_assert_num_queries
):
    second = create_project(stranger, name="Store", slug="store")
    offering.offer(owner, version.model, to=None)
    offering.offer(owner, registered(owner, version.model.project, name="rents").model, to=second)
    with django_assert_num_queries(2):
        found = offering.offered_to_each([version.model.project, shop, second])
    shown = [(project.slug, thing.name) for project, _offer, _kind, thing in found]
    assert sorted(shown) == [("shop", "prices"), ("store", "prices"), ("store", "rents")]

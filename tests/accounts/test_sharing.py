"""Grants on single things: what a guest sees of a model and of an endpoint, and what stays shut."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from mlops.accounts import sharing
from mlops.accounts.groups import create_group
from mlops.accounts.service_accounts import create_service_account, create_token
from mlops.blobs.trees import keep_folder
from mlops.datasets.models import DatasetVersion
from mlops.deployments.models import Endpoint
from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from mlops.registry.models import ModelVersion, RegisteredModel
from mlops.runs.models import Experiment, Run
from tests.execution.conftest import dataset_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(owner, project, tmp_path) -> ModelVersion:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "weights.txt").write_text("w")
    experiment = Experiment.objects.create(project=project, name="hidden trial")
    run = Run.objects.create(
        project=project, experiment=experiment, number=1, display_name="hidden run", spec={}, spec_digest="",
        document={}, state="completed", state_since=timezone.now(), created_by=owner,
    )  # fmt: skip
    model = RegisteredModel.objects.create(project=project, name="churn", last_number=1, created_by=owner)
    tree = keep_folder(tmp_path / "m")
    return ModelVersion.objects.create(model=model, number=1, tree=tree, run=run, node="train", created_by=owner)


@pytest.fixture
def endpoint(owner, project) -> Endpoint:
    return Endpoint.objects.create(project=project, name="shop", created_by=owner)


@pytest.fixture
def guest(stranger) -> APIClient:
    return _client(stranger)


def _client(person) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def test_a_guest_reads_the_model_its_versions_and_files_and_nothing_of_their_origin(guest, owner, stranger, version):
    address = f"/api/v1/models/{version.model_id}/"
    assert guest.get(address).status_code == 404
    sharing.share(owner, version.model, holder=stranger)
    assert [one["name"] for one in guest.get("/api/v1/models/").json()["results"]] == ["churn"]
    one = guest.get(f"{address}versions/1/").json()
    assert (one["number"], one["run"], one["node"], one["used_by"]) == (1, None, "", [])
    assert guest.get(f"{address}versions/").json()["results"][0]["run"] is None
    assert guest.get(f"{address}versions/1/files/").json()["results"][0]["path"] == "weights.txt"
    assert guest.get(f"{address}versions/1/download/").status_code == 200


def test_a_guest_sees_nothing_else_of_the_project_and_changes_nothing(guest, owner, stranger, version, endpoint):
    sharing.share(owner, version.model, holder=stranger)
    address = f"/api/v1/models/{version.model_id}/"
    for path in ("/api/v1/runs/", "/api/v1/experiments/", "/api/v1/online-endpoints/", "/api/v1/projects/"):
        assert guest.get(path).json()["results"] == []
    assert guest.get(f"/api/v1/online-endpoints/{endpoint.pk}/").status_code == 404
    for path in ("lineage/", "explanations/", "report/"):
        assert guest.get(f"{address}versions/1/{path}").status_code == 404
    assert guest.delete(address).status_code == 404
    assert guest.patch(f"{address}versions/1/", {"description": "x"}, format="json").status_code == 404


def test_a_filter_tells_a_guest_nothing_of_what_is_hidden(guest, owner, stranger, version):
    sharing.share(owner, version.model, holder=stranger)
    found = guest.get("/api/v1/models/", {"filter": 'experiment = "hidden trial"'})
    assert found.json()["results"] == []
    assert _client(owner).get("/api/v1/models/", {"filter": 'experiment = "hidden trial"'}).json()["results"]


def test_an_operator_of_an_endpoint_reads_its_keys_and_a_reader_does_not(guest, owner, stranger, endpoint):
    address = f"/api/v1/online-endpoints/{endpoint.pk}/"
    sharing.share(owner, endpoint, holder=stranger)
    assert guest.get(address).json()["name"] == "shop"
    refused = guest.get(f"{address}credentials/")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    sharing.share(owner, endpoint, holder=stranger, level="operator")
    assert "primary_key" in guest.get(f"{address}credentials/").json()
    assert guest.post(f"{address}tokens/", {"name": "shop"}, format="json").status_code == 201
    assert guest.delete(address).status_code == 404


def test_a_grant_of_a_group_reaches_its_people_and_ends_with_it(guest, owner, stranger, version, admin_user):
    group = create_group(admin_user, name="shift")
    stranger.groups.add(group)
    sharing.share(owner, version.model, holder=group)
    assert guest.get(f"/api/v1/models/{version.model_id}/").status_code == 200
    group.delete()
    assert guest.get(f"/api/v1/models/{version.model_id}/").status_code == 404


def test_an_expired_grant_lets_nobody_in_and_is_told_of(guest, owner, stranger, version):
    grant = sharing.share(owner, version.model, holder=stranger, expires=timedelta(days=1))
    type(grant).objects.filter(pk=grant.pk).update(expires_at=timezone.now())
    assert guest.get(f"/api/v1/models/{version.model_id}/").status_code == 404
    assert sharing.end_grants() == 1
    assert Event.objects.filter(type="mlops.grant.ended", data__holder="sven").exists()


def test_a_program_of_another_project_uses_what_is_shared_with_it(owner, version):
    from mlops.accounts.membership import create_project

    other = create_project(owner, name="Shop", slug="shop")
    account = create_service_account(owner, other, name="till")
    secret = create_token(owner, account, name="t")
    client = APIClient(headers={"Authorization": f"Bearer {secret}"})
    address = f"/api/v1/models/{version.model_id}/"
    assert client.get(address).status_code == 404
    sharing.share(owner, version.model, holder=account.user)
    assert client.get(address).status_code == 200


def test_grants_are_given_listed_and_withdrawn_by_rest_and_told_with_before_and_after(owner, stranger, endpoint):
    client = _client(owner)
    address = f"/api/v1/shared/endpoints/{endpoint.pk}/"
    client.post(address, {"person": "sven"}, format="json")
    made = client.post(address, {"person": "sven", "role": "operator", "reason": "on call"}, format="json").json()
    assert [(one["person"], one["role"]) for one in client.get(address).json()["results"]] == [("sven", "operator")]
    assert _client(stranger).get("/api/v1/shared/").json()["results"][0]["name"] == "shop"
    assert client.delete(f"/api/v1/grants/{made['id']}/").status_code == 204
    event = Event.objects.filter(type="mlops.grant.given").order_by("seq").last()
    assert (event.before["role"], event.after["role"], event.reason) == ("reader", "operator", "on call")


def test_who_may_not_share_learns_nothing_and_gives_nothing(reader, stranger, owner, version):
    address = f"/api/v1/shared/models/{version.model_id}/"
    assert _client(reader).post(address, {"person": "sven"}, format="json").status_code == 403
    assert _client(stranger).get(address).status_code == 404
    with pytest.raises(Refusal, match="cannot be shared as"):
        sharing.share(owner, version.model, holder=stranger, level="operator")


def test_a_guest_reads_a_dataset_with_its_rows_and_nothing_of_its_origin(guest, owner, project, stranger, tmp_path):
    version = dataset_version(project, pl.DataFrame({"price": [1, 2]}), tmp_path)
    DatasetVersion.objects.update(uri="azureml://datastores/hidden/paths/x", properties={"by": "hidden"})
    address = f"/api/v1/datasets/{version.dataset_id}/"
    assert guest.get(f"{address}versions/1/rows/").status_code == 404
    assert guest.get("/api/v1/datasets/").json()["results"] == []
    sharing.share(owner, version.dataset, holder=stranger)
    listed = guest.get("/api/v1/datasets/").json()["results"]
    assert [one["name"] for one in listed] == ["Cars"]
    assert guest.get(f"{address}versions/1/rows/").json()["rows"] == [[1], [2]]
    told = [listed, guest.get(address).json(), guest.get(f"{address}versions/").json()]
    one = guest.get(f"{address}versions/1/").json()
    assert "hidden" not in str([*told, one])
    assert (one["path"], one["properties"], one["used_by"]) == ("", {}, [])
    assert guest.patch(address, {"description": "x"}).status_code == 404
    assert guest.delete(f"{address}versions/1/").status_code == 404

"""Sharing by page, and what guests see on the pages of things."""

from __future__ import annotations

import polars as pl
import pytest

from mlops.access.models import Grant
from mlops.accounts import sharing
from mlops.accounts.membership import create_project
from mlops.deployments.models import Endpoint
from tests.execution.conftest import dataset_version
from tests.registry.shelf import registered
from tests.runs.told import told_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(contributor, project):
    return registered(contributor, project, name="prices")


def test_an_owner_shares_by_page_and_stops_sharing(client, owner, stranger, version):
    client.force_login(owner)
    address = f"/share/models/{version.model_id}/"
    assert f'href="{address}"' in client.get(f"/models/{version.model_id}/").content.decode()
    assert client.post(address, {"act": "share", "person": "sven", "days": "7"}).status_code == 302
    page = client.get(address).content.decode()
    assert "sven" in page
    assert "olga" in page
    client.post(address, {"act": "unshare", "grant": str(Grant.objects.get().pk)})
    assert not Grant.objects.exists()


def test_a_name_that_nobody_has_is_said_at_the_form(client, owner, version):
    client.force_login(owner)
    answer = client.post(f"/share/models/{version.model_id}/", {"act": "share", "person": "nobody"})
    assert answer.status_code == 404
    assert "There is no person" in answer.content.decode()


def test_a_guest_opens_a_model_and_its_version_from_the_list_of_what_is_shared(client, owner, stranger, version):
    sharing.share(owner, version.model, holder=stranger)
    client.force_login(stranger)
    address = f"/models/{version.model_id}/"
    assert address in client.get("/shared/").content.decode()
    assert "prices" in client.get(address).content.decode()
    assert "power" in client.get(f"{address}1/").content.decode()
    assert client.post(f"{address}1/", {"act": "describe", "description": "x"}).status_code == 404


def test_a_guest_who_operates_an_endpoint_sees_its_key_and_a_reader_only_its_state(client, owner, project, stranger):
    endpoint = Endpoint.objects.create(project=project, name="shop", created_by=owner)
    client.force_login(stranger)
    sharing.share(owner, endpoint, holder=stranger)
    assert "primary-key" not in client.get(f"/endpoints/{endpoint.pk}/").content.decode()
    sharing.share(owner, endpoint, holder=stranger, level="operator")
    page = client.get(f"/endpoints/{endpoint.pk}/").content.decode()
    assert "primary-key" in page
    assert "Send a request" in page
    assert client.post(f"/endpoints/{endpoint.pk}/", {"act": "delete"}).status_code == 400


def test_an_owner_offers_a_model_by_page_and_the_other_project_sees_it(client, owner, stranger, version):
    from mlops.accounts.membership import create_project

    create_project(stranger, name="Shop", slug="shop")
    client.force_login(owner)
    address = f"/share/models/{version.model_id}/"
    assert client.post(address, {"act": "offer", "to": ""}).status_code == 302
    assert "every project" in client.get(address).content.decode()
    client.force_login(stranger)
    assert "azureml://registries/churn/models/prices" in client.get("/shared/").content.decode()
    assert client.get(f"/models/{version.model_id}/").status_code == 200


def test_a_guest_opens_a_dataset_and_its_rows(client, owner, project, stranger, tmp_path):
    version = dataset_version(project, pl.DataFrame({"price": [11, 22]}), tmp_path)
    address = f"/datasets/{version.dataset_id}/"
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    sharing.share(owner, version.dataset, holder=stranger)
    page = client.get(address).content.decode()
    assert "price" in page
    assert ">22<" in page
    assert "<html" not in client.get(address, {"part": "rows"}).content.decode()
    assert client.post(address, {"description": "x"}).status_code == 404


def test_a_guest_opens_a_run_its_metrics_and_logged_files_alone(client, owner, project, stranger):
    run = told_run(owner, project)
    address, file = f"/runs/{run.pk}/", f"/runs/{run.pk}/file/"
    client.force_login(stranger)
    assert client.get(address).status_code == client.get(f"{file}artifacts/plot.txt").status_code == 404
    sharing.share(owner, run, holder=stranger)
    page = client.get(address).content.decode()
    assert "secret" not in page
    for shown in ("autumn", "0.875", "Train Model", "depth", "plot.txt", "Churn"):
        assert shown in page, shown
    assert "<html" not in client.get(address, {"part": "state"}).content.decode()
    assert b"".join(client.get(f"{file}artifacts/plot.txt").streaming_content) == b"a plot"
    assert client.get(f"{file}outputs/train/model/x").status_code == 404
    assert client.get(f"{address}tab/logs/").status_code == client.post(address, {"act": "rename"}).status_code == 404


def test_what_is_shared_stands_on_the_first_page(client, owner, stranger, version):
    client.force_login(stranger)
    assert "prices" not in client.get("/").content.decode()
    sharing.share(owner, version.model, holder=stranger)
    assert "prices" in client.get("/").content.decode()
    create_project(stranger, name="Own", slug="own")
    assert "prices" in client.get("/?project=own").content.decode()

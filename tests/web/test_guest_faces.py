"""What is shared with a guest is found, heard of and told in the feed of OData; nothing else of the project is."""

from __future__ import annotations

import polars as pl
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import Client
from django.utils import timezone

from mlops.accounts import sharing
from mlops.accounts.membership import create_project
from mlops.deployments.models import Deployment, Endpoint
from mlops.events.chain import notify
from mlops.registry.models import RegisteredModel
from mlops.runs.models import Experiment, Run
from mlops.web import live
from tests.execution.conftest import dataset_version
from tests.registry.shelf import registered
from tests.runs.told import told_run
from tests.web.test_live import socket_of


@pytest.fixture
def version(contributor, project):
    """Of a model that a run of a hidden experiment made, beside a model that is shared with nobody."""
    made = registered(contributor, project, name="prices of cars")
    experiment = Experiment.objects.create(project=project, name="hidden-trial")
    made.run = Run.objects.create(
        project=project, experiment=experiment, number=7, display_name="cars", spec={}, spec_digest="",
        document={}, state="completed", state_since=timezone.now(), created_by=contributor,
    )  # fmt: skip
    made.save()
    RegisteredModel.objects.create(project=project, name="secret cars", created_by=contributor)
    return made


@pytest.fixture
def endpoint(contributor, project, version):
    shop = Endpoint.objects.create(project=project, name="cars-shop", created_by=contributor)
    Endpoint.objects.create(project=project, name="cars-hidden", created_by=contributor)
    Deployment.objects.create(
        endpoint=shop, version=version, name="blue", target="process", state="failed", reason="secret reason",
        state_since=timezone.now(), created_by=contributor,
    )  # fmt: skip
    return shop


@pytest.fixture
def ask(stranger):
    client = Client()
    client.force_login(stranger)

    def get(address, **query):
        answer = client.get(address, query)
        assert answer.status_code == 200, answer.content.decode()[:500]
        return answer.json() if "json" in answer["Content-Type"] else answer.content.decode()

    return get


@pytest.mark.django_db
def test_a_guest_finds_what_is_shared_and_nothing_by_what_is_hidden(ask, owner, stranger, version, endpoint):
    create_project(stranger, name="Own", slug="own")
    assert ask("/search/hits/", text="cars")["proposals"] == []
    sharing.share(owner, version.model, holder=stranger)
    sharing.share(owner, endpoint, holder=stranger)
    assert [one["label"] for one in ask("/search/hits/", text="cars")["proposals"]] == ["prices of cars", "cars-shop"]
    assert "secret cars" not in ask("/search/", q="cars")
    for hidden in ("experiment = 'hidden-trial'", "model = 'prices of cars'", "target = process", "deployment = blue"):
        assert ask("/search/hits/", text=hidden)["proposals"] == [], hidden


@pytest.mark.django_db
def test_a_guest_reads_rows_of_what_is_shared_without_their_origin(ask, owner, stranger, version, endpoint):
    assert ask("/odata/v1/Models")["value"] == []
    sharing.share(owner, version.model, holder=stranger)
    sharing.share(owner, endpoint, holder=stranger)
    models = ask("/odata/v1/Models", **{"$expand": "Versions", "$count": "true"})
    assert models["@odata.count"] == 1
    assert [(one["name"], one["Versions"][0]["run_id"]) for one in models["value"]] == [("prices of cars", None)]
    assert [one["run_id"] for one in ask("/odata/v1/ModelVersions")["value"]] == [None]
    assert ask("/odata/v1/ModelVersions", **{"$filter": f"run_id eq {version.run_id}"})["value"] == []
    assert [(one["name"], one["created_by"]) for one in ask("/odata/v1/Endpoints")["value"]] == [("cars-shop", None)]
    [blue] = ask("/odata/v1/Deployments")["value"]
    assert (blue["name"], blue["state"]) == ("blue", "failed")
    assert {blue[name] for name in ("model", "model_version", "reason", "target", "created_by")} == {None}
    for hidden in ("reason eq 'secret reason'", "startswith(model,'prices')", "model_version eq 1"):
        assert ask("/odata/v1/Deployments", **{"$filter": hidden})["value"] == [], hidden
    for table in ("Runs", "Traffic", "Monitors", "Datasets", "DatasetVersions"):
        assert ask(f"/odata/v1/{table}")["value"] == [], table


@pytest.mark.django_db
def test_a_reader_of_the_project_still_reads_the_origin(client, reader, version):
    client.force_login(reader)
    asked = client.get("/odata/v1/ModelVersions", {"$filter": f"run_id eq {version.run_id}"})
    assert [one["run_id"] for one in asked.json()["value"]] == [str(version.run_id)]


@pytest.mark.django_db(transaction=True)
def test_a_guest_hears_of_what_is_shared_until_it_is_not(owner, stranger, project, version, endpoint, monkeypatch):
    monkeypatch.setattr(live, "RECHECK_SECONDS", 0.1)
    grant = sharing.share(owner, endpoint, holder=stranger)
    hidden = Endpoint.objects.get(name="cars-hidden")
    socket = socket_of(stranger)

    async def listen():
        assert await socket.connect()
        for kind, ref in (("run", version.run_id), ("endpoint", hidden.pk), ("model", version.model_id)):
            await sync_to_async(notify)(kind, str(ref), project=project)
        await sync_to_async(notify)("endpoint", str(endpoint.pk), project=project)
        heard = await socket.notice()
        assert await socket.receive_nothing(timeout=0.6)
        await sync_to_async(sharing.unshare)(owner, grant)
        while (answer := await socket.receive_output(timeout=3))["type"] != "websocket.close":
            assert "unshared" not in answer["text"]
        return heard, answer["code"]

    heard, code = async_to_sync(listen)()
    assert (heard["kind"], heard["ref"], code) == ("endpoint", str(endpoint.pk), live.NOT_ALLOWED)


@pytest.mark.django_db
def test_a_guests_page_follows_its_notices_by_its_own_part(ask, owner, stranger, version, endpoint):
    sharing.share(owner, version.model, holder=stranger)
    sharing.share(owner, endpoint, holder=stranger)
    assert f'data-live-ref="{version.model_id}"' in ask(f"/models/{version.model_id}/")
    assert "<html" not in ask(f"/models/{version.model_id}/", part="versions")
    part = ask(f"/endpoints/{endpoint.pk}/", part="deployments")
    assert "blue" in part
    assert "secret reason" not in part


@pytest.mark.django_db
def test_a_guest_finds_a_dataset_and_reads_its_rows_of_odata(ask, owner, project, stranger, tmp_path):
    version = dataset_version(project, pl.DataFrame({"price": [1, 2]}), tmp_path, name="Cars of March")
    sharing.share(owner, version.dataset, holder=stranger)
    assert [one["label"] for one in ask("/search/hits/", text="cars")["proposals"]] == ["Cars of March"]
    assert [one["name"] for one in ask("/odata/v1/Datasets")["value"]] == ["Cars of March"]
    assert [one["row_count"] for one in ask("/odata/v1/DatasetVersions")["value"]] == [2]


@pytest.mark.django_db
def test_a_guest_finds_a_run_and_reads_its_row_of_odata_without_its_experiment(ask, owner, project, stranger):
    run = told_run(owner, project)
    sharing.share(owner, run, holder=stranger)
    assert [one["label"] for one in ask("/search/hits/", text="autumn")["proposals"]] == ["#9 autumn"]
    assert ask("/search/hits/", text="experiment = 'secret-trial'")["proposals"] == []
    [row] = ask("/odata/v1/Runs")["value"]
    assert (row["display_name"], row["experiment"], row["reason"]) == ("autumn", None, None)
    assert ask("/odata/v1/Runs", **{"$filter": "experiment eq 'secret-trial'"})["value"] == []

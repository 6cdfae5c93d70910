"""Drafts and published pipelines that are shared one by one: the drawing and what may be called, and no data."""

from __future__ import annotations

import msgspec
import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from designer.models import Draft
from mlops.accounts import sharing
from mlops.formats.document import Document, DrawnNode, Place
from mlops.formats.pipeline import Node, PipelineParameter, PipelineSpec
from mlops.pipelines.models import PipelineEndpoint, PublishedPipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def guest(stranger) -> APIClient:
    client = APIClient()
    client.force_authenticate(stranger)
    return client


@pytest.fixture
def draft(owner, project) -> Draft:
    nodes = {
        "data": DrawnNode(component="dataset", version="1", parameters={"dataset": "hidden cars"}, title="hidden cars"),
        "split": DrawnNode(component="split_data", version="1", parameters={"column": "hidden column"}),
    }
    document = Document(nodes=nodes, layout={"data": Place(x=0, y=0), "split": Place(x=0, y=120)})
    return Draft.objects.create(
        project=project, name="autumn", document=msgspec.to_builtins(document), saved_at=timezone.now()
    )


@pytest.fixture
def published(owner, project):
    node = Node(id="data", component="dataset", version="1", parameters={"dataset": {"$parameter": "cars"}})
    named = PipelineParameter(type="dataset", default={"dataset": "hidden cars", "version": None})
    spec = PipelineSpec(nodes=(node,), edges=(), parameters={"cars": named})
    endpoint = PipelineEndpoint.objects.create(project=project, name="retrain", created_by=owner)
    told = {"spec": msgspec.to_builtins(spec), "document": {"by": "hidden"}, "origin": "drafts/hidden"}
    PublishedPipeline.objects.create(endpoint=endpoint, number=0, created_by=owner, **told)
    return endpoint


def test_a_guest_sees_a_drawing_without_its_data_and_settings(client, guest, owner, draft, stranger):
    client.force_login(stranger)
    page, rest = f"/designer/{draft.pk}/", f"/api/v1/drafts/{draft.pk}/"
    assert client.get(page).status_code == guest.get(rest).status_code == 404
    sharing.share(owner, draft, holder=stranger)
    shown = client.get(page).content.decode()
    assert "Split Data" in shown
    assert "<svg" in shown
    told = [guest.get(rest).json(), guest.get("/api/v1/drafts/").json()["results"]]
    assert (told[0]["name"], told[1][0]["name"]) == ("autumn", "autumn")
    for hidden in ("hidden cars", "hidden column"):
        assert hidden not in shown
        assert hidden not in str(told)
    assert "<html" not in client.get(page, {"part": "drawing"}).content.decode()


def test_what_is_around_a_shared_draft_stays_shut(client, guest, owner, draft, stranger):
    sharing.share(owner, draft, holder=stranger)
    for path in ("revisions/", "operations/", "examined/", "history/", "export/?form=yaml", "git/"):
        assert guest.get(f"/api/v1/drafts/{draft.pk}/{path}").status_code == 404, path
    assert guest.post(f"/api/v1/drafts/{draft.pk}/clone/").status_code == 404
    assert guest.patch(f"/api/v1/drafts/{draft.pk}/", {"name": "x"}, format="json").status_code == 404


def test_a_guest_reads_what_a_pipeline_takes_and_calls_nothing(client, guest, owner, published, stranger):
    client.force_login(stranger)
    page, rest = f"/pipelines/{published.pk}/", f"/api/v1/pipeline-endpoints/{published.pk}/"
    assert client.get(page).status_code == guest.get(rest).status_code == 404
    sharing.share(owner, published, holder=stranger)
    shown, one = client.get(page).content.decode(), guest.get(rest).json()
    assert "cars: dataset" in shown
    assert one["versions"][0]["parameters"] == [{"name": "cars", "type": "dataset", "help": ""}]
    told = [one, guest.get("/api/v1/pipeline-endpoints/").json(), guest.get(f"{rest}versions/0/").json()]
    assert "hidden" not in str(told)
    assert "hidden cars" not in shown
    assert guest.post(f"{rest}runs/", {}, format="json").status_code == guest.get(f"{rest}runs/").status_code == 404
    assert client.post(page, {"act": "submit"}).status_code == 404


def test_an_owner_finds_sharing_at_pipelines_and_drafts(client, owner, draft, published):
    client.force_login(owner)
    assert f"/share/drafts/{draft.pk}/" in client.get("/designer/").content.decode()
    assert f"/share/pipelines/{published.pk}/" in client.get(f"/pipelines/{published.pk}/").content.decode()
    assert client.get(f"/share/drafts/{draft.pk}/").status_code == 200

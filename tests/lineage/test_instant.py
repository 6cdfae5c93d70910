"""What was deployed at an instant, from the rows that events leave behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.blobs.models import Tree
from mlops.deployments import actions
from mlops.deployments.models import Deployment, Endpoint
from mlops.events.chain import record
from mlops.lineage.models import Serving
from mlops.lineage.serving import recording
from mlops.lineage.serving.instant import deployed_at
from mlops.registry.models import ModelVersion, RegisteredModel

pytestmark = pytest.mark.django_db
FACTS = {"model": "prices:1", "entry": "native", "revision": 1}


@pytest.fixture
def shop(owner, project):
    return actions.create_endpoint(owner, project, name="shop")


@pytest.fixture
def blue(owner, project, shop):
    model = RegisteredModel.objects.create(project=project, name="prices")
    tree = Tree.objects.create(digest="a" * 64, file_count=1, size_bytes=1)
    version = ModelVersion.objects.create(model=model, number=1, tree=tree)
    row = Deployment.objects.create(
        endpoint=shop, name="blue", version=version, entry="native", state_since=timezone.now(), ready_revision=1
    )
    told(owner, shop, "mlops.deployment.created", "/blue", **FACTS)
    return row


def told(actor, endpoint, type, rest="", **data):
    place = f"endpoints/{endpoint.name}{rest}"
    return record(actor, type, subject=place, project=endpoint.project, data=data, before={}, after={})


def shared(actor, endpoint, **traffic):
    before = {"before": endpoint.traffic, "mirrors_before": {}, "mirrors_after": {}}
    Endpoint.objects.filter(pk=endpoint.pk).update(traffic=traffic)
    told(actor, endpoint, "mlops.endpoint.traffic_changed", **before, after=traffic)
    return timezone.now()


def percents(project, at) -> dict[str, dict[str, float]]:
    found = deployed_at([project], at).endpoints
    return {one.endpoint: {row.name: row.percent for row in one.served.deployments} for one in found}


def test_each_change_is_an_instant_of_its_own(project, owner, shop, blue):
    half = shared(owner, shop, blue=50)
    whole = shared(owner, shop, blue=100)
    assert percents(project, half) == {"shop": {"blue": 50}}
    assert percents(project, whole) == {"shop": {"blue": 100}}
    assert percents(project, whole - timedelta(days=1)) == {}
    row = deployed_at([project], half).endpoints[0]
    assert (row.because, row.by, row.served.deployments[0].model) == (
        "mlops.endpoint.traffic_changed",
        owner.username,
        "prices:1",
    )
    assert row.served.deployments[0].model_tree == "a" * 64


def test_a_deleted_endpoint_is_still_told_for_the_time_before(project, owner, shop, blue):
    before = shared(owner, shop, blue=100)
    actions.delete_endpoint(owner, shop)
    assert percents(project, timezone.now()) == {}
    found = deployed_at([project], before, endpoint="shop").endpoints[0]
    assert (found.is_gone_now, found.served.deployments[0].percent) == (True, 100)
    assert found.until is not None


def test_what_changed_without_an_event_is_found_by_the_regular_look(project, owner, shop, blue):
    Endpoint.objects.filter(pk=shop.pk).update(default="blue")
    assert (recording.look(), recording.look()) == (1, 0)
    assert Serving.objects.filter(endpoint_id=shop.pk).first().state["default"] == "blue"


def test_the_regular_look_and_the_instant_ask_no_more_of_many_endpoints(
    project, owner, shop, blue, django_assert_num_queries
):
    for name in ("books", "tools", "games"):
        actions.create_endpoint(owner, project, name=name)
    recording.look()
    with django_assert_num_queries(3):
        assert recording.look() == 0
    with django_assert_num_queries(3):
        assert len(deployed_at([project], timezone.now()).endpoints) == 4


def test_it_is_asked_by_rest_and_as_a_page(client, project, owner, reader, stranger, shop, blue):
    at = shared(owner, shop, blue=100).isoformat()
    actions.delete_endpoint(owner, shop)
    client.force_login(reader)
    found = client.get("/api/v1/lineage/at/", {"time": at, "endpoint": "shop"}).json()
    assert found["endpoints"][0]["served"]["deployments"][0]["model"] == "prices:1"
    assert client.get("/api/v1/lineage/at/?time=soon").json()["code"] == "instant_invalid"
    assert client.get("/api/v1/lineage/at/?endpoint=shpo").json()["hint"] == "Did you mean 'shop'?"
    page = client.get("/lineage/at/", {"time": at, "project": project.slug}).content.decode()
    assert "deleted since" in page
    assert "100 %" in page
    client.force_login(stranger)
    assert client.get("/api/v1/lineage/at/", {"time": at}).json()["endpoints"] == []

"""What people and programs see of a deployment's servers and of the targets."""

from __future__ import annotations

import pytest
from django.utils import timezone

from mlops.deployments import actions
from mlops.deployments.models import Deployment, Load

pytestmark = pytest.mark.django_db


@pytest.fixture
def deployment(contributor, endpoint, version) -> Deployment:
    scale = {"least_instances": 1, "most_instances": 3}
    given = {"name": "blue", "version": version, "entry": "native", "scale": scale}
    made = actions.create_deployment(contributor, endpoint, **given)
    crashed = {"name": "2", "state": "crashed", "reason": "It was killed by SIGKILL.", "hint": "", "since": 0.0,
               "restarts": 1, "url": "", "revision": 1}  # fmt: skip
    ready = crashed | {"name": "1", "state": "ready", "reason": "", "restarts": 0}
    Deployment.objects.filter(pk=made.pk).update(replicas=[ready, crashed], instances=2, ready_revision=1)
    Load.objects.create(deployment=made, samples=[[timezone.now().timestamp(), 0.5]], reason="Above the target.")
    return made


def test_the_page_tells_each_server_and_how_busy_they_are(client, contributor, deployment):
    client.force_login(contributor)
    page = client.get(f"/endpoints/{deployment.endpoint_id}/").content.decode()
    assert "It was killed by SIGKILL." in page
    assert "2 now, from 1 to 3 as the load asks, 25 % busy of 70 % wanted" in page
    assert "Above the target." in page
    own = client.get(f"/endpoints/{deployment.endpoint_id}/{deployment.pk}/").content.decode()
    assert "25 % busy of 70 % wanted" in own


def test_rest_tells_replicas_instances_and_load(client, contributor, deployment):
    client.force_login(contributor)
    one = client.get(f"/api/v1/online-endpoints/{deployment.endpoint_id}/deployments/blue/").json()
    assert (one["instances"], [replica["state"] for replica in one["replicas"]]) == (2, ["ready", "crashed"])
    assert (one["load"]["utilization"], one["load"]["per_server"]) == (0.25, 1)


def test_a_target_that_cannot_be_used_says_why(client, contributor, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    client.force_login(contributor)
    told = {one["name"]: one for one in client.get("/api/v1/deployment-targets/").json()["results"]}
    assert told["process"]["is_usable"]
    assert not told["docker"]["is_usable"]
    assert "No Docker engine runs at unix:///nowhere" in told["docker"]["reason"]
    assert told["docker"]["hint"]


def test_the_log_of_an_engine_that_is_gone_is_no_error_of_the_page(client, contributor, endpoint, version):
    gone = {"target": "docker", "target_options": {"engine": "unix:///nowhere/docker.sock"}}
    actions.create_deployment(contributor, endpoint, name="blue", version=version, entry="native", **gone)
    client.force_login(contributor)
    made = Deployment.objects.get(endpoint=endpoint)
    for path in (f"/endpoints/{endpoint.pk}/?tab=logs", f"/endpoints/{endpoint.pk}/{made.pk}/?tab=logs"):
        page = client.get(path)
        assert page.status_code == 200
        assert "No Docker engine runs at unix:///nowhere" in page.content.decode()

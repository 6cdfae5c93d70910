"""A deployment follows its load: the router's counts, real servers, an event for each change."""

from __future__ import annotations

import pytest

from mlops.deployments import actions, tasks
from mlops.deployments.models import Deployment, Endpoint, Load
from mlops.events.models import Event
from tests.deployments.conftest import eventually
from tests.deployments.targets.calling import answer, callers
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)

BODY = b'{"data": [1]}'
SLOW = "import time\ndef init():\n    pass\ndef run(data):\n    time.sleep(0.2)\n    return 1\n"
SCALE = {"least_instances": 1, "most_instances": 3, "target_utilization": 0.7}


@pytest.fixture
def endpoint(contributor, project) -> Endpoint:
    return actions.create_endpoint(contributor, project, name="prices")


@pytest.fixture
def deployment(plane, contributor, project, endpoint) -> Deployment:
    version = registered(contributor, project)
    given = {"name": "blue", "entry": "script", "script": SLOW, "scale": SCALE, "queue_wait_seconds": 20}
    made = actions.create_deployment(contributor, endpoint, version=version, **given)
    tasks.apply(str(made.pk))
    _until(made, lambda: made.state == "healthy")
    eventually(lambda: answer(endpoint, BODY).status_code == 200)
    return made


def test_servers_come_with_the_load_and_go_a_minute_after_it(deployment, endpoint):
    with callers(endpoint, body=BODY, count=4) as seen:
        _until(deployment, lambda: len(deployment.ready_urls) == 3)
    assert set(seen) == {200}
    first = Event.objects.filter(type="mlops.deployment.scaled").earliest("seq")
    assert "Above the target utilization of 70%" in first.reason
    assert (first.actor_name, first.data["before"]) == ("system", 1)
    _a_minute_passes(deployment)
    _until(deployment, lambda: len(deployment.ready_urls) == 1)
    last = Event.objects.filter(type="mlops.deployment.scaled").latest("seq")
    assert last.reason.startswith("For a minute below the target utilization")
    assert deployment.revision == 1


def test_a_number_that_the_load_chose_survives_an_update(deployment, contributor):
    Deployment.objects.filter(pk=deployment.pk).update(instances=2)
    deployment.refresh_from_db()
    actions.update_deployment(contributor, deployment, cpus=0.5)
    assert (deployment.instances, deployment.revision) == (2, 2)


def _until(deployment: Deployment, holds) -> None:
    def looked() -> object:
        tasks.observe()
        tasks.follow(str(deployment.pk))
        deployment.refresh_from_db()
        return holds()

    eventually(looked)


def _a_minute_passes(deployment: Deployment) -> None:
    tasks.observe()
    load = Load.objects.get(deployment=deployment)
    Load.objects.filter(pk=load.pk).update(samples=[[load.at - 61, 0.0]])

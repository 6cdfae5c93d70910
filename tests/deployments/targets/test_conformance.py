"""What every target holds: the same sentences over each kind, with real servers, router and machines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mlops.deployments import actions, tasks
from mlops.deployments.models import Deployment, DeploymentState, Endpoint
from mlops.deployments.targets import target
from mlops.formats.refusal import Refusal
from tests.deployments.conftest import eventually
from tests.deployments.targets.calling import answer, callers
from tests.deployments.targets.kinds import Kind

pytestmark = pytest.mark.django_db(transaction=True)

BODY = b'{"data": [1, 2]}'
SCRIPT = """
import json
def init():
    print("ready to add")
def run(data):
    return {"sum": sum(json.loads(data)["data"])}
"""
DOUBLED = SCRIPT.replace("sum(json", "2 * sum(json")
BROKEN = SCRIPT.replace('print("ready to add")', "raise ValueError('no such weights')")


def deployed(kind: Kind, endpoint: Endpoint, version: Any, **fields: Any) -> Deployment:
    given = {"name": "blue", "entry": "script", "script": SCRIPT, **kind.settings, **fields}
    deployment = actions.create_deployment(endpoint.created_by, endpoint, version=version, **given)
    return settled(kind, deployment)


def settled(kind: Kind, deployment: Deployment) -> Deployment:
    tasks.apply(str(deployment.pk))
    until(kind, deployment, lambda: deployment.state != DeploymentState.TRANSITIONING)
    return deployment


def until(kind: Kind, deployment: Deployment, holds: Callable[[], object]) -> None:
    """Looks as the worker does, until it holds."""

    def looked() -> object:
        tasks.observe()
        deployment.refresh_from_db()
        return holds()

    eventually(looked, seconds=2 * kind.start_seconds)


def updated(kind: Kind, deployment: Deployment, **fields: Any) -> Deployment:
    return settled(kind, actions.update_deployment(deployment.created_by, deployment, **fields))


def test_every_server_of_a_deployment_answers_and_tells_its_log(kind, endpoint, version):
    deployment = deployed(kind, endpoint, version, instances=2)
    assert (deployment.state, deployment.reason) == ("healthy", "")
    assert [(one["name"], one["state"]) for one in deployment.replicas] == [("1", "ready"), ("2", "ready")]
    assert kind.running(deployment) == 2
    eventually(lambda: answer(endpoint, BODY).json() == {"sum": 3})
    log = target(deployment.target).logs(deployment, lines=100)
    assert [line for line in log if line.startswith("[2] ") and "ready to add" in line]


def test_an_update_replaces_server_by_server_without_a_failed_request(kind, endpoint, version):
    deployment = deployed(kind, endpoint, version, instances=2)
    eventually(lambda: answer(endpoint, BODY).status_code == 200)
    with callers(endpoint, body=BODY) as seen:
        updated(kind, deployment, script=DOUBLED)
        until(kind, deployment, lambda: kind.running(deployment) == 2)
    assert set(seen) == {200}
    assert (deployment.state, deployment.ready_revision) == ("healthy", 2)
    eventually(lambda: answer(endpoint, BODY).json() == {"sum": 6})


def test_a_killed_server_is_started_again_while_the_other_serves(kind, endpoint, version):
    deployment = deployed(kind, endpoint, version, instances=2)
    eventually(lambda: answer(endpoint, BODY).status_code == 200)
    told: set[str] = set()
    with callers(endpoint, body=BODY, count=2) as seen:
        kind.kill(deployment, 1)

        def recovered() -> bool:
            told.add(deployment.reason)
            assert deployment.state == "healthy"
            return any(told) and not deployment.reason

        until(kind, deployment, recovered)
    assert [reason for reason in told if reason.startswith("1 of 2 servers is ready. Replica 1: ")]
    assert seen.pop(200) > 100
    assert sum(seen.values()) <= 2, "only what was in the killed server's hands may fail"


def test_servers_are_added_and_taken_away_without_a_failed_request(kind, endpoint, version):
    deployment = deployed(kind, endpoint, version)
    eventually(lambda: answer(endpoint, BODY).status_code == 200)
    with callers(endpoint, body=BODY) as seen:
        for count in (2, 1):
            actions.update_deployment(deployment.created_by, deployment, instances=count)
            tasks.follow(str(deployment.pk))
            until(kind, deployment, lambda count=count: len(deployment.ready_urls) == count)
            until(kind, deployment, lambda count=count: kind.running(deployment) == count)
            assert (deployment.state, deployment.reason, deployment.revision) == ("healthy", "", 1)
    assert set(seen) == {200}


def test_a_model_that_does_not_start_ends_failed_with_reason_and_remedy(kind, endpoint, version):
    deployment = deployed(kind, endpoint, version, script=BROKEN)
    assert deployment.state == "failed"
    assert "no such weights" in deployment.reason
    assert deployment.hint
    eventually(lambda: tasks.observe() or not kind.running(deployment))


def test_a_failed_update_leaves_the_servers_of_before(kind, endpoint, version):
    deployment = deployed(kind, endpoint, version, instances=2)
    eventually(lambda: answer(endpoint, BODY).status_code == 200)
    with callers(endpoint, body=BODY) as seen:
        updated(kind, deployment, script=BROKEN)
        until(kind, deployment, lambda: len(deployment.ready_urls) == 2 and kind.running(deployment) == 2)
    assert (deployment.state, deployment.ready_revision) == ("failed", 1)
    assert "Revision 1 goes on serving" in deployment.reason
    assert set(seen) == {200}


def test_deleting_leaves_nothing(kind, endpoint, version):
    deployment = deployed(kind, endpoint, version)
    assert kind.running(deployment) == 1
    actions.delete_endpoint(endpoint.created_by, endpoint)
    eventually(lambda: tasks.tidy() or not kind.leftovers())


def test_what_it_cannot_do_is_refused_before_anything_is_made(kind, endpoint, version):
    with pytest.raises(Refusal) as refused:
        deployed(kind, endpoint, version, target_options={"colour": "blue"})
    assert (refused.value.code, refused.value.where.parameter) == ("target_option_unknown", "target_options.colour")
    assert not Deployment.objects.exists()

"""A rollout on a real router and real servers: what callers get while a bad version is tried and taken back."""

from __future__ import annotations

import pytest

from mlops.deployments import actions as endpoints
from mlops.deployments import tasks
from mlops.deployments.models import Deployment
from mlops.rollouts import actions
from mlops.rollouts.models import Outcome, Rollout
from mlops.rollouts.outcomes import report
from mlops.rollouts.tasks import look_at_all
from tests.deployments.conftest import plane  # noqa: F401  (a fixture)
from tests.deployments.test_serving import deployed, endpoint, eventually, score  # noqa: F401  (a fixture)
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = "def init(): pass\ndef run(data): return {'ok': True}\n"
BAD = "def init(): pass\ndef run(data): raise RuntimeError('a bad version')\n"
PLAN = {"steps": [{"percent": 50, "least_seconds": 0, "least_requests": 20}, {"percent": 100, "least_seconds": 0}]}


@pytest.fixture
def pair(plane, contributor, project, endpoint):  # noqa: F811
    version = registered(contributor, project)
    for name, script in (("blue", GOOD), ("bad", BAD)):
        deployment = deployed(contributor, endpoint, name=name, version=version, entry="script", script=script)
        assert (deployment.state, deployment.reason) == ("healthy", "")
    eventually(lambda: score(endpoint, **{"azureml-model-deployment": "bad"}).status_code == 502)
    eventually(lambda: score(endpoint).status_code == 200)
    return endpoint


def called(endpoint, times: int) -> set[str]:  # noqa: F811
    return {score(endpoint).headers["azureml-model-deployment"] for _ in range(times)}


def test_a_bad_version_is_taken_back_and_nobody_meets_it_again(contributor, pair):
    bad = Deployment.objects.get(name="bad")
    rollout = actions.create_rollout(contributor, pair, candidate=bad, plan=PLAN)
    look_at_all()

    def is_rolled_back() -> bool:
        called(pair, 10)
        tasks.observe()
        look_at_all()
        return Rollout.objects.get(pk=rollout.pk).state == "rolled_back"

    eventually(is_rolled_back)
    assert "requests failed" in Rollout.objects.get(pk=rollout.pk).reason
    eventually(lambda: called(pair, 10) == {"blue"})
    assert called(pair, 40) == {"blue"}


def test_copies_are_counted_and_no_caller_meets_them(contributor, pair):
    bad = Deployment.objects.get(name="bad")
    plan = {"steps": [{"percent": 0, "mirror": 100, "least_seconds": 0, "least_requests": 5}, 100]}
    rollout = actions.create_rollout(contributor, pair, candidate=bad, plan=plan)
    look_at_all()

    def is_rolled_back() -> bool:
        assert {score(pair).status_code for _ in range(10)} == {200}
        tasks.observe()
        look_at_all()
        return Rollout.objects.get(pk=rollout.pk).state == "rolled_back"

    eventually(is_rolled_back)


def test_the_router_remembers_who_answered_a_request_that_an_outcome_is_reported_of(contributor, pair):
    endpoints.update_traffic(contributor, pair, shares={"blue": 100})
    request_id = score(pair).headers["x-request-id"]
    assert report(contributor, pair, outcomes=[{"request_id": request_id, "value": 1}]) == 1
    assert Outcome.objects.get().deployment.name == "blue"

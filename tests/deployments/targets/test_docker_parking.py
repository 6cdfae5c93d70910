"""When the whole studio stops its containers stop too, and the next start has them serve again."""

from __future__ import annotations

import pytest

from mlops.deployments.targets.docker.parking import park
from tests.deployments.targets.calling import answer
from tests.deployments.targets.kinds import Docker
from tests.deployments.targets.test_conformance import BODY, deployed, until

pytestmark = pytest.mark.django_db(transaction=True)


def test_containers_are_stopped_and_serve_again_after_the_next_look(docker_kind: Docker, endpoint, version):
    deployment = deployed(docker_kind, endpoint, version)
    assert deployment.state == "healthy", deployment.reason
    assert park() == 1
    assert (docker_kind.running(deployment), park()) == (0, 0)
    until(docker_kind, deployment, lambda: docker_kind.running(deployment) == 1)
    until(docker_kind, deployment, lambda: answer(endpoint, BODY).status_code == 200)

"""What was collected is reached on every target: while servers run, when they are dead, and when all is deleted."""

from __future__ import annotations

import httpx
import pytest

from mlops.deployments import actions, tasks
from mlops.deployments.models import Deployment, Endpoint
from mlops.deployments.spools import Source, left, sources
from mlops.deployments.targets import target
from mlops.formats.spool import Record, read_segment
from tests.deployments.conftest import eventually
from tests.deployments.targets.calling import answer
from tests.deployments.targets.test_conformance import BODY, deployed, updated

pytestmark = pytest.mark.django_db(transaction=True)

COLLECTS = {"collection": {"is_enabled": True}}


def taken(source: Source) -> list[Record]:
    """As the control plane takes them: read, kept, discarded."""
    found: list[Record] = []
    for segment in source.held():
        found += read_segment(source.read(segment.name)).records
        source.discard(segment.name)
    return found


def asked(endpoint: Endpoint, count: int) -> set[str]:
    """Request ids of so many acknowledged requests."""
    found: set[str] = set()

    def one_more() -> bool:
        told: httpx.Response = answer(endpoint, BODY)
        if told.headers.get("x-mlops-collected") == "1":
            found.add(told.headers["x-request-id"])
        return len(found) >= count

    eventually(one_more)
    return found


def collected(deployment: Deployment, wanted: set[str], *, seconds: float = 60.0) -> list[str]:
    """Request ids of what is taken until all that are wanted are there."""
    ids: list[str] = []

    def all_there() -> bool:
        for source in sources(deployment):
            ids.extend(one.request_id for one in taken(source))
        return wanted <= set(ids)

    eventually(all_there, seconds=seconds)
    return ids


def test_what_servers_collect_is_taken_while_they_run_and_when_they_are_dead(kind, endpoint, version):
    deployment = deployed(kind, endpoint, version, instances=2, **COLLECTS)
    first = asked(endpoint, 5)
    ids = collected(deployment, first)
    second = asked(endpoint, 5)
    for replica in (1, 2):
        kind.kill(deployment, replica)
    ids += collected(deployment, second)
    assert len(ids) == len(set(ids))


def test_an_update_loses_nothing_of_the_revision_before(kind, endpoint, version):
    deployment = deployed(kind, endpoint, version, **COLLECTS)
    wanted = asked(endpoint, 5)
    updated(kind, deployment, cpus=0.5)
    eventually(lambda: tasks.observe() or kind.running(deployment) == 1)
    wanted |= asked(endpoint, 2)
    ids = collected(deployment, wanted)
    assert len(ids) == len(set(ids))


def test_what_a_deleted_deployment_collected_stays_until_it_was_taken(kind, endpoint, version):
    deployment = deployed(kind, endpoint, version, **COLLECTS)
    wanted = asked(endpoint, 3)
    actions.delete_endpoint(endpoint.created_by, endpoint)
    tasks.tidy()
    eventually(lambda: target(kind.name).remove() or (target(kind.name).observe() == {} and kind.leftovers() == []))
    ids: set[str] = set()

    def all_there() -> bool:
        for pk, source in left():
            assert pk == deployment.pk
            ids.update(one.request_id for one in taken(source))
        return wanted <= ids

    eventually(all_there)
    eventually(lambda: [source.held() for _pk, source in left()] == [])

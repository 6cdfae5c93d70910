"""Data collection of a deployment on this machine: asked for, changed while it serves, and never thrown away."""

from __future__ import annotations

import httpx
import pytest

from mlops.deployments import actions, tasks
from mlops.deployments.collecting import check_collection, collecting_of, spool_key
from mlops.deployments.models import Deployment
from mlops.deployments.settings import checked_settings
from mlops.deployments.spools import left, sources, spool_folder
from mlops.deployments.targets import target
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.refusal import Refusal
from mlops.formats.spool import Record, read_segment
from mlops.scoring.spool.folder import used_bytes
from tests.deployments.conftest import eventually
from tests.deployments.targets.calling import answer
from tests.deployments.targets.kinds import Process
from tests.deployments.targets.test_conformance import BODY, SCRIPT, settled
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kind(plane) -> Process:
    return Process(plane)


@pytest.fixture
def endpoint(contributor, project):
    return actions.create_endpoint(contributor, project, name="sums")


@pytest.fixture
def deployment(kind, endpoint, contributor, project) -> Deployment:
    given = {"name": "blue", "entry": "script", "script": SCRIPT, "collection": {"is_enabled": True}, **kind.settings}
    version = registered(contributor, project)
    made = settled(kind, actions.create_deployment(contributor, endpoint, version=version, **given))
    eventually(lambda: answer(endpoint, BODY).status_code == 200)
    return made


def kept(deployment: Deployment) -> list[Record]:
    return [
        record
        for source in sources(deployment)
        for segment in source.held()
        for record in read_segment(source.read(segment.name)).records
    ]


def test_what_is_asked_through_the_router_is_found_at_its_source(deployment, endpoint):
    told = httpx.Response(0)

    def is_told() -> bool:
        nonlocal told
        told = answer(endpoint, BODY)
        return "x-mlops-collected" in told.headers

    eventually(is_told)
    eventually(lambda: told.headers["x-request-id"] in [one.request_id for one in kept(deployment)])
    record = next(one for one in kept(deployment) if one.request_id == told.headers["x-request-id"])
    assert record.parts == {"inputs": {"data": [1, 2]}, "predictions": {"sum": [3]}}
    assert (record.endpoint, record.deployment) == ("sums", "blue")


def test_collection_is_switched_off_and_on_without_a_new_server(kind, deployment, endpoint):
    server = deployment.replicas[0]["since"]
    actions.update_deployment(deployment.created_by, deployment, collection={"is_enabled": False})
    tasks.follow(str(deployment.pk))
    eventually(lambda: "x-mlops-collected" not in answer(endpoint, BODY).headers)
    actions.update_deployment(deployment.created_by, deployment, collection={"is_enabled": True})
    tasks.follow(str(deployment.pk))
    eventually(lambda: "x-mlops-collected" in answer(endpoint, BODY).headers)
    deployment.refresh_from_db()
    assert (deployment.revision, deployment.replicas[0]["since"]) == (1, server)


def test_a_source_is_read_when_its_server_is_dead(kind, deployment, endpoint):
    kind.kill(deployment, 1)
    eventually(lambda: kept(deployment) != [])


def test_what_a_deleted_deployment_collected_stays_until_it_is_taken(kind, deployment, endpoint):
    folder = spool_folder(deployment.pk)
    actions.delete_endpoint(deployment.created_by, endpoint)
    tasks.tidy()
    eventually(lambda: kind.leftovers() == [] or target("process").remove())
    ((pk, source),) = left()
    assert pk == deployment.pk
    for segment in source.held():
        assert read_segment(source.read(segment.name)).records
        source.discard(segment.name)
    assert used_bytes(folder) == (0, 0)
    target("process").remove()
    assert not folder.exists()
    assert list(left()) == []


def test_each_deployment_has_secrets_of_its_own(deployment):
    told = collecting_of(deployment, folder="/x")
    assert told is not None
    assert told.secret not in ("", spool_key(deployment.pk))
    other = Deployment(settings=deployment.settings)
    assert spool_key(other.pk) != spool_key(deployment.pk)


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"share": 0}, "collection.share"),
        ({"share": 1.5}, "collection.share"),
        ({"retention_days": 0}, "collection.retention_days"),
        ({"most_spool_bytes": 5}, "collection.most_spool_bytes"),
        ({"redact": {"hors_power": "drop"}}, "collection.redact"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(contributor, project, given, parameter):
    version = registered(contributor, project)
    version.signature = {"inputs": [{"name": "horsepower", "type": "integer"}], "outputs": []}
    wanted = checked_settings({"collection": {"is_enabled": True, **given}})
    with pytest.raises(Refusal) as refused:
        check_collection(version, wanted)
    assert refused.value.where.parameter == parameter


def test_a_part_of_the_collection_leaves_the_rest_of_it():
    base = checked_settings({"collection": {"is_enabled": True, "share": 0.5}}, base=DeploymentSettings())
    assert checked_settings({"collection": {"share": 0.2}}, base=base).collection.is_enabled

"""What pods collected is taken by way of the API server; a real scoring server stands for the one in a pod."""

from __future__ import annotations

import msgspec
import pytest

from mlops.deployments.collecting import collecting_of
from mlops.deployments.models import Deployment
from mlops.deployments.spools import left, sources
from mlops.deployments.targets.kubernetes.rights import examine
from mlops.formats.placement import Placement
from mlops.formats.refusal import Refusal
from mlops.formats.spool import read_segment
from tests.deployments.conftest import eventually
from tests.deployments.kubernetes.cluster import FakeCluster
from tests.deployments.kubernetes.test_target import created, endpoint, prod, ready, standing  # noqa: F401  (fixtures)
from tests.scoring.folders import ROW, price_folder
from tests.scoring.running import scoring

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deployment(cluster, endpoint, version) -> Deployment:  # noqa: F811
    return ready(cluster, created(endpoint, version, collection={"is_enabled": True}))


def container(cluster: FakeCluster, deployment: Deployment) -> dict:
    return standing(cluster, deployment)["spec"]["template"]["spec"]["containers"][0]


def test_a_pod_has_room_for_its_spool_and_ends_when_that_is_empty(cluster, deployment):
    pod = standing(cluster, deployment)["spec"]["template"]["spec"]
    assert {"name": "spool", "emptyDir": {}} in pod["volumes"]
    assert {"name": "spool", "mountPath": "/var/spool/mlops"} in container(cluster, deployment)["volumeMounts"]
    assert container(cluster, deployment)["lifecycle"]["preStop"] == {"httpGet": {"path": "/-/drained", "port": "http"}}
    assert pod["terminationGracePeriodSeconds"] >= 60


def test_segments_are_taken_by_way_of_the_api_server(cluster, deployment, tmp_path):
    collecting = collecting_of(deployment, folder=str(tmp_path / "spool"))
    (pod,) = cluster.of("pods")
    with scoring(price_folder(tmp_path / "price", collection=collecting)) as client:
        client.post("/score", json={"data": [ROW]}, headers={"x-request-id": "r-1"})
        cluster.servers[pod["metadata"]["name"]] = str(client.base_url).rstrip("/")
        (source,) = sources(deployment)
        eventually(lambda: source.held() != [])
        (segment,) = source.held()
        assert [one.request_id for one in read_segment(source.read(segment.name)).records] == ["r-1"]
        source.discard(segment.name)
        assert source.held() == []
        with pytest.raises(Refusal, match="no segment"):
            source.read(segment.name)


def test_a_pod_that_cannot_be_asked_is_told(cluster, deployment):
    (source,) = sources(deployment)
    with pytest.raises(Refusal, match="cannot be asked: it answers 503"):
        source.held()


def test_pods_of_a_deleted_deployment_are_found_while_they_wait(cluster, deployment):
    pk = deployment.pk
    assert list(left()) == []
    Deployment.objects.filter(pk=pk).delete()
    assert [one for one, _source in left()] == [pk]


def test_a_missing_right_to_take_is_said(cluster, prod):  # noqa: F811
    assert examine(prod).missing == ()
    cluster.forbidden.add(("get", "pods"))
    assert "get pods/proxy (to take what was collected)" in examine(prod).missing


def test_the_server_is_told_what_to_keep(cluster, deployment):
    variables = {one["name"]: one["value"] for one in container(cluster, deployment)["env"]}
    told = msgspec.json.decode(variables["MLOPS_PLACEMENT"], type=Placement).collection
    assert told is not None
    assert (told.settings.is_enabled, told.folder) == (True, "/var/spool/mlops/segments")

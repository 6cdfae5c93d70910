"""The target as the worker calls it, against the fake API server whose pods the test moves."""

from __future__ import annotations

from typing import Any

import pytest

from mlops.clusters import actions as clusters
from mlops.deployments import actions, tasks
from mlops.deployments.models import Deployment, Endpoint
from mlops.deployments.routing import routes
from mlops.deployments.targets import target
from mlops.deployments.targets.kubernetes.rights import examine
from mlops.formats.refusal import Refusal
from tests.deployments.kubernetes.cluster import FakeCluster

pytestmark = pytest.mark.django_db(transaction=True)
SETTINGS: dict[str, Any] = {"target": "kubernetes", "image": "registry.local/prices:1", "entry": "native"}


@pytest.fixture
def prod(administrator, cluster: FakeCluster):
    return clusters.create_cluster(administrator, name="prod", kubeconfig=cluster.kubeconfig)


@pytest.fixture
def endpoint(contributor, project, prod) -> Endpoint:
    return actions.create_endpoint(contributor, project, name="prices")


def created(endpoint: Endpoint, version: Any, **settings: Any) -> Deployment:
    given = {"name": "blue", **SETTINGS, **settings}
    return actions.create_deployment(endpoint.created_by, endpoint, version=version, **given)


def worked(deployment: Deployment) -> Deployment:
    """One round of the worker: prepare and apply, look."""
    tasks.apply(str(deployment.pk))
    return looked(deployment)


def looked(deployment: Deployment) -> Deployment:
    tasks.observe()
    deployment.refresh_from_db()
    return deployment


def ready(cluster: FakeCluster, deployment: Deployment) -> Deployment:
    worked(deployment)
    cluster.roll_out(standing(cluster, deployment))
    return looked(deployment)


def standing(cluster: FakeCluster, deployment: Deployment) -> dict[str, Any]:
    key = "studio.mlops/deployment"
    return next(one for one in cluster.of("deployments") if one["metadata"]["labels"][key] == str(deployment.pk))


def test_a_deployment_is_applied_and_the_router_learns_its_address(cluster, endpoint, version):
    deployment = worked(created(endpoint, version, instances=2))
    assert (deployment.state, deployment.reason) == ("transitioning", "Waits for the cluster to make its instances.")
    cluster.roll_out(standing(cluster, deployment))
    looked(deployment)
    assert (deployment.state, deployment.reason) == ("healthy", "")
    name = deployment.placing["object"]
    assert routes()[0].deployments[0].backends[0].url == f"http://{name}.scoring.svc:80"
    assert [one["state"] for one in deployment.replicas] == ["ready", "ready"]


def test_what_is_as_wanted_is_not_applied_again(cluster, endpoint, version):
    deployment = ready(cluster, created(endpoint, version))
    cluster.requests.clear()
    target("kubernetes").apply(deployment)
    tasks.observe()
    assert [method for method, _path in cluster.requests if method != "GET"] == []


def test_an_update_keeps_the_old_address_until_the_new_pods_are_ready(cluster, endpoint, version):
    deployment = ready(cluster, created(endpoint, version))
    worked(actions.update_deployment(endpoint.created_by, deployment, image="registry.local/prices:2"))
    looked(deployment)
    assert (deployment.state, len(deployment.ready_urls), deployment.ready_revision) == ("transitioning", 1, 1)
    container = standing(cluster, deployment)["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == "registry.local/prices:2"
    cluster.roll_out(standing(cluster, deployment))
    assert (looked(deployment).state, deployment.ready_revision) == ("healthy", 2)


def test_a_failed_update_is_taken_back_and_the_reason_told(cluster, endpoint, version):
    deployment = ready(cluster, created(endpoint, version))
    worked(actions.update_deployment(endpoint.created_by, deployment, image="registry.local/prices:2"))
    loop = {"state": {"waiting": {"reason": "CrashLoopBackOff"}}, "restartCount": 4}
    pods = cluster.roll_out(standing(cluster, deployment), ready=0, lastState={"terminated": {"exitCode": 3}}, **loop)
    cluster.logs[pods[0]["metadata"]["name"]] = ["no such weights"]
    looked(deployment)
    assert deployment.state == "failed"
    assert "It ended with status 3: no such weights Revision 1 goes on serving." in deployment.reason
    container = standing(cluster, deployment)["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == "registry.local/prices:1"


def test_a_first_revision_that_failed_leaves_no_pods(cluster, endpoint, version):
    deployment = worked(created(endpoint, version))
    loop = {"state": {"waiting": {"reason": "CrashLoopBackOff"}}, "restartCount": 4}
    cluster.roll_out(standing(cluster, deployment), ready=0, lastState={"terminated": {"exitCode": 3}}, **loop)
    assert looked(deployment).state == "failed"
    assert cluster.of("deployments") == []


def test_the_number_of_instances_changes_in_place(cluster, endpoint, version):
    deployment = ready(cluster, created(endpoint, version))
    actions.update_deployment(endpoint.created_by, deployment, instances=3)
    tasks.follow(str(deployment.pk))
    assert standing(cluster, deployment)["spec"]["replicas"] == 3
    assert deployment.revision == 1


def test_by_load_the_cluster_scales_itself(cluster, endpoint, version):
    deployment = ready(cluster, created(endpoint, version, scale={"least_instances": 2, "most_instances": 6}))
    assert cluster.of("horizontalpodautoscalers")[0]["spec"]["maxReplicas"] == 6
    assert not target("kubernetes").is_scaled_here
    assert deployment.state == "healthy"


def test_an_unreachable_cluster_is_told_and_the_deployment_goes_on(cluster, endpoint, version):
    deployment = ready(cluster, created(endpoint, version))
    cluster.stop()
    looked(deployment)
    assert deployment.state == "healthy"
    assert "cannot be reached" in deployment.reason
    assert len(deployment.ready_urls) == 1
    assert not target("kubernetes").available({}).is_usable


def test_a_missing_right_fails_the_deployment_before_anything_is_made(cluster, endpoint, version):
    cluster.forbidden.add(("patch", "networkpolicies"))
    deployment = worked(created(endpoint, version))
    assert deployment.state == "failed"
    assert "may not patch networkpolicies.networking.k8s.io" in deployment.reason
    assert "Role with the verb patch" in deployment.hint
    assert cluster.objects == {}


def test_deleting_leaves_nothing_of_ours_and_all_of_others(cluster, endpoint, version):
    ready(cluster, created(endpoint, version))
    foreign = {"kind": "Service", "metadata": {"name": "theirs", "namespace": "scoring", "labels": {}}}
    cluster.objects["scoring", "services", "theirs"] = foreign
    actions.delete_endpoint(endpoint.created_by, endpoint)
    tasks.tidy()
    assert [key for key in cluster.objects if key[1] != "pods"] == [("scoring", "services", "theirs")]


def test_a_gateway_shares_out_what_the_rows_say(cluster, endpoint, version, administrator, prod):
    clusters.update_cluster(administrator, prod, gateway="infra/public", gateway_open=True)
    blue = ready(cluster, created(endpoint, version))
    green = ready(cluster, created(endpoint, version, name="green"))
    actions.update_traffic(endpoint.created_by, endpoint, shares={"blue": 80, "green": 20})
    tasks.observe()
    rule = cluster.of("httproutes")[0]["spec"]["rules"][-1]
    shares = {one["name"]: one["weight"] for one in rule["backendRefs"]}
    assert shares == {blue.placing["object"]: 80, green.placing["object"]: 20}


def test_logs_are_those_of_the_pods(cluster, endpoint, version):
    deployment = ready(cluster, created(endpoint, version, instances=2))
    for pod in cluster.of("pods"):
        cluster.logs[pod["metadata"]["name"]] = [f"I am {pod['metadata']['name']}"]
    lines = target("kubernetes").logs(deployment, lines=10)
    assert len(lines) == 2
    assert all(line.startswith("[prices-blue-") for line in lines)


@pytest.mark.parametrize(
    ("options", "parameter"),
    [
        ({"clustre": "prod"}, "target_options.clustre"),
        ({"cluster": "prd"}, "target_options.cluster"),
        ({"expose": "magic"}, "target_options.expose"),
    ],
)
def test_options_that_mean_nothing_are_refused(endpoint, version, options, parameter):
    with pytest.raises(Refusal) as refused:
        created(endpoint, version, target_options=options)
    assert refused.value.where.parameter == parameter


def test_a_cluster_in_use_is_not_deleted(cluster, endpoint, version, administrator, prod):
    created(endpoint, version)
    with pytest.raises(Refusal, match="is used by the deployment “blue” of the endpoint “prices”"):
        clusters.delete_cluster(administrator, prod)


def test_without_a_gateway_api_our_router_splits_alone(cluster, endpoint, version, administrator, prod):
    clusters.update_cluster(administrator, prod, gateway="infra/public", gateway_open=True)
    cluster.has_gateway = False
    deployment = ready(cluster, created(endpoint, version))
    assert deployment.state == "healthy"
    assert cluster.of("httproutes") == []
    prod.refresh_from_db()
    assert "no Gateway API" in examine(prod).problem
    actions.delete_endpoint(endpoint.created_by, endpoint)
    tasks.tidy()
    assert cluster.of("deployments") == []


def test_the_account_is_examined_before_anything_fails(cluster, prod):
    assert (examine(prod).missing, examine(prod).version) == ((), "1.33")
    cluster.forbidden |= {("patch", "deployments"), ("list", "pods")}
    assert examine(prod).missing == ("patch deployments.apps", "list pods")
    cluster.stop()
    assert "cannot be reached" in examine(prod).problem

"""Our client against an API server of the tests: what it applies, and what it says when the cluster refuses."""

from __future__ import annotations

import copy

import pytest

from mlops.clusters.kubernetes.client import Client
from mlops.clusters.kubernetes.kubeconfig import Access, read
from mlops.deployments.targets.kubernetes.manifests import manifests
from mlops.formats.refusal import Refusal
from tests.deployments.kubernetes.cluster import FakeCluster
from tests.deployments.kubernetes.examples import full, workload


@pytest.fixture
def client(cluster: FakeCluster):
    with Client(read(cluster.kubeconfig)) as made:
        yield made


def test_objects_are_applied_read_listed_and_deleted(client, cluster):
    for one in manifests(full()):
        client.apply(one)
    name = full().object
    assert client.get("Service", "scoring", name)["spec"]["type"] == "LoadBalancer"
    labels = "app.kubernetes.io/managed-by=mlops-studio"
    assert [one["metadata"]["name"] for one in client.objects("Deployment", "scoring", labels=labels)] == [name]
    assert client.objects("Deployment", "scoring", labels="app.kubernetes.io/managed-by=helm") == []
    assert [client.delete("Deployment", "scoring", name) for _ in range(2)] == [True, False]
    assert client.get("Deployment", "scoring", name) is None


def test_applying_the_same_again_changes_nothing(client, cluster):
    first = [copy.deepcopy(client.apply(one)) for one in manifests(workload())]
    assert [client.apply(one) for one in manifests(workload())] == first


def test_a_dry_run_checks_and_makes_nothing(client, cluster):
    wrong = manifests(workload())[-1]
    wrong["spec"]["template"]["spec"]["hostNetwork"] = "yes"
    with pytest.raises(Refusal, match="is not of type"):
        client.apply(wrong, dry_run=True)
    client.apply(manifests(workload())[-1], dry_run=True)
    assert cluster.objects == {}


def test_what_another_manager_has_set_is_not_taken_from_it(client, cluster):
    pods = manifests(workload(instances=2))[-1]
    client.apply(pods)
    key = ("scoring", "deployments", pods["metadata"]["name"])
    cluster.objects[key]["spec"]["replicas"] = 7
    cluster.owners[key][".spec.replicas"] = "kubectl-scale"
    with pytest.raises(Refusal) as refused:
        client.apply(pods)
    assert refused.value.code == "fields_owned_by_others"
    assert "kubectl-scale has set spec.replicas" in refused.value.message


def test_a_missing_right_is_told_with_verb_and_resource(client, cluster):
    cluster.forbidden.add(("patch", "deployments"))
    with pytest.raises(Refusal) as refused:
        client.apply(manifests(workload())[-1])
    assert "may not patch deployments.apps" in refused.value.message
    assert "the verb patch on deployments.apps" in refused.value.hint
    assert [client.may("patch", "Deployment", "scoring"), client.may("get", "Pod", "scoring")] == [False, True]


def test_a_missing_namespace_is_told(client, cluster):
    with pytest.raises(Refusal, match="no namespace “elsewhere”"):
        client.apply(manifests(workload(namespace="elsewhere"))[-1])


def test_a_wrong_token_and_an_unreachable_cluster_are_told(client, cluster):
    with Client(Access(server=cluster.url, token="old")) as stranger, pytest.raises(Refusal) as refused:
        stranger.version()
    assert refused.value.code == "cluster_unauthorized"
    cluster.stop()
    with pytest.raises(Refusal) as refused:
        client.version()
    assert (refused.value.code, refused.value.status) == ("cluster_unreachable", 503)


def test_the_cluster_says_which_kinds_it_has(client, cluster):
    assert client.version() == "1.33"
    assert client.has_kind("HTTPRoute")
    cluster.has_gateway = False
    assert not client.has_kind("HTTPRoute")

"""Setting clusters up: by administrators, with sealed secrets."""

from __future__ import annotations

import pytest

from mlops.access.sealing import seal, unseal
from mlops.accounts.actions import create_first_administrator
from mlops.clusters import actions, queries
from mlops.formats.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(db):
    return create_first_administrator("a long passphrase")[0]


def test_secrets_are_sealed_and_only_this_server_opens_them(administrator, settings):
    cluster = actions.create_cluster(administrator, name="prod", kubeconfig="token: t", registry_password="p")
    cluster.refresh_from_db()
    assert "token" not in cluster.kubeconfig
    assert (unseal(cluster.kubeconfig), unseal(cluster.registry_password)) == ("token: t", "p")
    assert seal("x") != seal("x")
    settings.SECRET_KEY = "another"
    with pytest.raises(Refusal, match="MLOPS_SECRET_KEY is another one"):
        unseal(cluster.kubeconfig)


def test_an_update_without_a_secret_keeps_the_stored_one(administrator):
    cluster = actions.create_cluster(administrator, name="prod", kubeconfig="token: t")
    cluster = actions.update_cluster(administrator, cluster, namespace="models", kubeconfig="")
    assert (cluster.namespace, unseal(cluster.kubeconfig)) == ("models", "token: t")


WRONG = [
    ({"name": "a b"}, "name", "cluster_invalid"),
    ({"namespace": "My_Space"}, "namespace", "cluster_invalid"),
    ({"expose": "magic"}, "expose", "cluster_invalid"),
    ({"expose": "node_port"}, "node_address", "cluster_invalid"),
    ({"gateway": "infra/public"}, "gateway_open", "gateway_asks_no_key"),
    ({"registry": "https://x"}, "registry", "cluster_invalid"),
    ({"kubeconfig_file": "/no/such"}, "kubeconfig_file", "cluster_invalid"),
    ({"colour": "red"}, "colour", "cluster_invalid"),
]


@pytest.mark.parametrize(("fields", "parameter", "code"), WRONG, ids=str)
def test_what_cannot_be_is_refused_with_the_setting(administrator, fields, parameter, code):
    with pytest.raises(Refusal) as refused:
        actions.create_cluster(administrator, **{"name": "prod", **fields})
    assert (refused.value.where.parameter, refused.value.code) == (parameter, code)


def test_only_administrators_set_clusters_up(owner):
    with pytest.raises(Refusal) as refused:
        actions.create_cluster(owner, name="prod")
    assert refused.value.status == 403


def test_the_only_cluster_need_not_be_named(administrator):
    with pytest.raises(Refusal, match="No Kubernetes cluster is set up"):
        queries.named("")
    first = actions.create_cluster(administrator, name="prod")
    assert queries.named("") == first
    actions.create_cluster(administrator, name="test")
    with pytest.raises(Refusal) as refused:
        queries.named("prd")
    assert "prod" in refused.value.hint


def test_no_secret_is_ever_told(client, administrator):
    actions.create_cluster(administrator, name="prod", kubeconfig="token: t", registry_password="hush")
    client.force_login(administrator)
    told = client.get("/api/v1/clusters/").content.decode()
    assert "prod" in told
    assert "hush" not in told
    assert "gAAAA" not in told

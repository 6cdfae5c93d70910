"""Clusters, devices and manifests by command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mlops.deployments import actions
from mlops.deployments.models import Endpoint
from tests.client.conftest import Mlops
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)
KUBECONFIG = """
current-context: test
contexts: [{name: test, context: {cluster: c, user: u, namespace: scoring}}]
clusters: [{name: c, cluster: {server: "http://127.0.0.1:9"}}]
users: [{name: u, user: {token: hush}}]
"""


@pytest.fixture
def endpoint(owner, project) -> Endpoint:
    registered(owner, project)
    return actions.create_endpoint(owner, project, name="prices")


@pytest.fixture
def administrator(owner) -> Any:
    owner.is_superuser = True
    owner.save()
    return owner


def written(folder: Path, **fields: Any) -> str:
    path = folder / "blue.yml"
    path.write_text(yaml.safe_dump({"name": "blue", "endpoint_name": "prices", "model": "azureml:prices:1", **fields}))
    return str(path)


def test_what_a_cluster_would_be_told_is_printed_and_nothing_made(signed_in: Mlops, administrator, endpoint, tmp_path):
    (tmp_path / "kubeconfig").write_text(KUBECONFIG)
    config = str(tmp_path / "kubeconfig")
    made = signed_in("cluster", "create", "-n", "prod", "--kubeconfig", config, "--namespace", "models", "-o", "json")
    assert (made.status, made.value["namespace"]) == (0, "models"), made.errors
    assert "hush" not in made.out
    document = written(tmp_path, target="kubernetes", instance_count=2)
    said = signed_in("online-deployment", "create", "-f", document, "--manifests")
    assert said.status == 0, said.errors
    kinds = [one["kind"] for one in yaml.safe_load_all(said.out)]
    assert kinds[-1] == "Deployment"
    assert not actions.Deployment.objects.exists()


def test_a_device_is_enrolled_listed_and_forgotten(signed_in: Mlops, owner, endpoint):
    from mlops.registry.models import ModelVersion

    version = ModelVersion.objects.get()
    actions.create_deployment(owner, endpoint, name="blue", version=version, target="iot_edge")
    where = ("-e", "prices", "-d", "blue")
    made = signed_in("edge-device", "create", "-n", "gate 1", "--platform", "aarch64", *where, "-o", "tsv")
    assert made.out.startswith("edge_")
    assert signed_in("edge-device", "list", *where, "--query", "[].state", "-o", "tsv").out == "waiting\n"
    renewed = signed_in("edge-device", "renew-token", "-n", "gate 1", *where, "--yes", "-o", "tsv")
    assert renewed.out not in ("", made.out)
    assert signed_in("edge-device", "delete", "-n", "gate 1", *where, "--yes").status == 0
    assert signed_in("edge-device", "list", *where, "-o", "json").value == []


def test_a_manifest_of_iot_edge_is_printed_with_what_is_wrong_with_it(signed_in: Mlops, owner, endpoint):
    from mlops.registry.models import ModelVersion

    version = ModelVersion.objects.get()
    actions.create_deployment(owner, endpoint, name="blue", version=version, target="iot_edge")
    said = signed_in("online-deployment", "manifests", "-n", "blue", "-e", "prices")
    assert said.status == 1
    assert "names no image" in said.errors
    assert '"$edgeHub"' in said.out

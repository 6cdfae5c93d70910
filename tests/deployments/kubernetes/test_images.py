"""The image that a cluster is told to run is in its registry: a real one, without any engine."""

from __future__ import annotations

import httpx
import pytest

from mlops.clusters import actions as clusters
from mlops.deployments import actions, tasks

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = "def init():\n    pass\ndef run(data):\n    return 1\n"


def test_it_is_built_pushed_and_named_by_digest(cluster, registry, contributor, project, administrator, version):
    where = f"{registry.address}/models"
    clusters.create_cluster(administrator, name="prod", kubeconfig=cluster.kubeconfig, registry=where)
    endpoint = actions.create_endpoint(contributor, project, name="prices")
    deployment = actions.create_deployment(
        contributor,
        endpoint,
        name="blue",
        version=version,
        entry="script",
        script=SCRIPT,
        target="kubernetes",
        requirements={"packages": ["numpy"]},
    )
    tasks.apply(str(deployment.pk))
    pod = cluster.of("deployments")[0]["spec"]["template"]["spec"]
    name, digest = pod["containers"][0]["image"].removeprefix(f"{registry.address}/").split("@")
    accepted = {"Accept": "application/vnd.oci.image.manifest.v1+json"}
    answer = httpx.get(f"http://{registry.address}/v2/{name}/manifests/{digest}", headers=accepted)
    assert answer.json()["mediaType"] == accepted["Accept"]
    assert pod["nodeSelector"] == {"kubernetes.io/arch": "amd64"}
    variables = {one["name"]: one["value"] for one in pod["containers"][0]["env"]}
    assert '"deployment":"blue"' in variables["MLOPS_PLACEMENT"]


def test_without_a_registry_it_says_what_is_missing(cluster, contributor, project, administrator, version):
    clusters.create_cluster(administrator, name="prod", kubeconfig=cluster.kubeconfig)
    endpoint = actions.create_endpoint(contributor, project, name="prices")
    made = actions.create_deployment(
        contributor, endpoint, name="blue", version=version, entry="native", target="kubernetes"
    )
    tasks.apply(str(made.pk))
    made.refresh_from_db()
    assert (made.state, "has no registry" in made.reason, "own" in made.hint) == ("failed", True, True)

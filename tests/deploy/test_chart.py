"""The Helm chart, rendered by Helm's own engine, and its objects against the published schemas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import helm_python
import kubernetes_validate
import pytest
import yaml

from mlops.clusters.kubernetes.client import KINDS
from mlops.execution.executors.kubernetes.rights import NEEDED

CHART = Path(__file__).resolve().parents[2] / "docs" / "deploy" / "chart"
LEAST: dict[str, Any] = {"existingSecret": "studio", "storage": {"url": "s3://studio"}}
MOST: dict[str, Any] = {
    **LEAST,
    "ingress": {"enabled": True, "host": "studio.example.org", "tlsSecret": "tls", "annotations": {"a": "b"}},
    "kubernetesTarget": {"enabled": True, "namespaces": ["models"]},
    "web": {"autoscaling": {"enabled": True}, "nodeSelector": {"pool": "web"}},
    "worker": {"autoscaling": {"enabled": True}, "tolerations": [{"key": "gpu", "operator": "Exists"}]},
    "router": {"autoscaling": {"enabled": True}, "podAnnotations": {"a": "b"}},
    "data": {"create": False},
    "settings": {"MLOPS_MAIL_FROM": "studio@example.org"},
    "extraEnv": [{"name": "HTTPS_PROXY", "value": "http://proxy.example.org:3128"}],
    "imagePullSecrets": [{"name": "registry"}],
    "networkPolicy": {"ingressNamespaceLabels": {"kubernetes.io/metadata.name": "ingress"}},
    "workerImage": {"digest": f"sha256:{'1' * 64}"},
    "image": {"digest": f"sha256:{'0' * 64}"},
}

STEPS: dict[str, Any] = {**LEAST, "kubernetesSteps": {"enabled": True}, "worker": {"stepSlots": 40}}


def _objects(values: dict[str, Any]) -> list[dict[str, Any]]:
    with helm_python.Chart.load(str(CHART)) as chart:
        files = chart.render(values, name="demo", namespace="prod")
    return [one for name, text in files.items() if name.endswith(".yaml") for one in yaml.safe_load_all(text) if one]


def _pods(values: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in _objects(values):
        if one["kind"] in ("Deployment", "Job"):
            yield one["metadata"]["name"], one["spec"]["template"]["spec"]


@pytest.mark.parametrize("version", ["1.25", "1.33"])
@pytest.mark.parametrize("values", [LEAST, STEPS, MOST], ids=["least", "steps", "most"])
def test_what_it_makes_is_what_kubernetes_takes(values, version):
    found = _objects(values)
    for one in found:
        kubernetes_validate.validate(one, version, strict=True)
    kinds = {one["kind"] for one in found}
    assert {"Deployment", "Job", "Service", "PodDisruptionBudget", "NetworkPolicy", "ServiceAccount"} <= kinds
    assert ({"Ingress", "HorizontalPodAutoscaler"} <= kinds) == (values is MOST)
    assert ({"Role", "RoleBinding"} <= kinds) == (values is not LEAST)


def test_it_is_free_of_faults_and_needs_no_values():
    told = helm_python.lint(str(CHART))
    assert told["total_charts_linted"] == 1
    assert told["errors"] == []
    assert [one["error"] for one in told["messages"]] == ["icon is recommended"]
    assert {one["kind"] for one in _objects({})} >= {"Deployment", "Job"}


def test_workers_and_routers_have_the_libraries_of_models():
    images = {name.rpartition("-")[2]: pod["containers"][0]["image"] for name, pod in _pods({})}
    assert images.pop("web").startswith("mlops-studio:")
    assert {images["worker"], images["router"]} == {"mlops-studio-worker:0.1.0"}


def test_selectors_meet_the_pods_that_they_mean():
    found = _objects(MOST)
    labels = {
        one["metadata"]["name"]: one["spec"]["template"]["metadata"]["labels"]
        for one in found
        if one["kind"] == "Deployment"
    }
    for one in found:
        if one["kind"] == "Service":
            assert one["spec"]["selector"].items() <= labels[one["metadata"]["name"]].items()
        if one["kind"] in ("Deployment", "PodDisruptionBudget"):
            selector = one["spec"]["selector"]["matchLabels"]
            assert selector.items() <= labels[one["metadata"]["name"]].items()


def test_no_pod_has_rights_that_it_does_not_need():
    for name, pod in _pods(LEAST):
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["automountServiceAccountToken"] is False, name
        for container in pod["containers"]:
            rights = container["securityContext"]
            assert rights["readOnlyRootFilesystem"] is True
            assert rights["allowPrivilegeEscalation"] is False
            assert rights["capabilities"] == {"drop": ["ALL"]}
            assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("values", [STEPS, MOST], ids=["steps", "target"])
def test_only_workers_hold_a_token_and_only_for_the_cluster(values):
    assert [name for name, pod in _pods(values) if pod["automountServiceAccountToken"]] == ["demo-mlops-studio-worker"]


def test_steps_in_pods_get_the_claim_and_what_they_need_may_be_done():
    for _name, pod in _pods(STEPS):
        told = {one["name"]: one.get("value") for one in pod["containers"][0]["env"]}
        assert (told["MLOPS_STEP_CONTAINERS"], told["MLOPS_STEP_NETWORK"]) == ("kubernetes", "none")
        assert told["MLOPS_STEP_CLAIM"] == "demo-mlops-studio-data"
    role = next(one for one in _objects(STEPS) if one["kind"] == "Role")
    allowed = {(verb, what) for rule in role["rules"] for verb in rule["verbs"] for what in rule["resources"]}
    for verb, kind, part in NEEDED:
        plural = KINDS[kind][1]
        assert (verb, f"{plural}/{part}" if part else plural) in allowed
    with pytest.raises(helm_python.HelmError, match="needs a claim"):
        _objects(STEPS | {"data": {"create": False}})


@pytest.mark.parametrize(
    "wrong",
    [
        LEAST | {"existingSecret": ""},
        {"existingSecret": "studio", "storage": {"url": "file:///data"}},
        LEAST | {"replicas": 3},
        LEAST | {"url": "https://studio.example.org/below"},
        LEAST | {"ingress": {"enabled": True}},
    ],
    ids=["no secret", "no bucket", "unknown", "a path", "an ingress without a host"],
)
def test_values_that_cannot_work_are_refused_before_anything_is_made(wrong):
    with helm_python.Chart.load(str(CHART)) as chart, pytest.raises(helm_python.HelmError):
        chart.validate_schema(wrong)

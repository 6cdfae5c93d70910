"""The objects of a deployment: against the published schemas (strict), and what they mean."""

from __future__ import annotations

import base64
import json
from typing import Any

import kubernetes_validate
import pytest
import yaml

from mlops.deployments.targets.kubernetes.checks import problems
from mlops.deployments.targets.kubernetes.manifests import as_yaml, manifests
from mlops.deployments.targets.kubernetes.wanted import Workload
from mlops.formats.deployment import Scale
from tests.deployments.kubernetes.examples import LOGIN, full, workload


def of_kind(wanted: Workload, kind: str) -> dict[str, Any]:
    return next(one for one in manifests(wanted) if one["kind"] == kind)


def container(wanted: Workload) -> dict[str, Any]:
    return of_kind(wanted, "Deployment")["spec"]["template"]["spec"]["containers"][0]


@pytest.mark.parametrize("version", ["1.30", "1.37"])
@pytest.mark.parametrize("wanted", [workload(), full(), workload(instances=3, expose="node_port")], ids=str)
def test_every_object_is_valid_by_the_published_schema(wanted, version):
    for one in manifests(wanted):
        kubernetes_validate.validate(one, version, strict=True)
    assert problems(manifests(wanted)) == []


def test_a_pod_has_as_little_power_as_can_be():
    pod = of_kind(workload(), "Deployment")["spec"]["template"]["spec"]
    assert (pod["automountServiceAccountToken"], pod["securityContext"]["runAsNonRoot"]) == (False, True)
    context = container(workload())["securityContext"]
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert (context["readOnlyRootFilesystem"], context["allowPrivilegeEscalation"]) == (True, False)


def test_resources_and_gpus_are_asked_for_and_limited():
    assert container(full())["resources"]["limits"] == {"cpu": "500m", "memory": "512Mi", "nvidia.com/gpu": "1"}
    assert of_kind(full(), "Deployment")["spec"]["template"]["spec"]["tolerations"][0]["key"] == "nvidia.com/gpu"


def test_an_update_takes_no_pod_away_before_its_successor_is_ready():
    spec = of_kind(workload(), "Deployment")["spec"]
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert spec["template"]["spec"]["terminationGracePeriodSeconds"] > 60


def test_the_autoscaler_owns_the_number_of_replicas():
    scaled = workload(scale=Scale(least_instances=2, most_instances=5, target_utilization=0.65))
    assert "replicas" not in of_kind(scaled, "Deployment")["spec"]
    scaler = of_kind(scaled, "HorizontalPodAutoscaler")["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 5)
    assert scaler["metrics"][0]["resource"]["target"]["averageUtilization"] == 65
    assert of_kind(workload(instances=4), "Deployment")["spec"]["replicas"] == 4


def test_a_second_revision_keeps_selector_and_name():
    first, second = workload(), workload(revision=4, image="registry.local/prices:8")
    assert of_kind(first, "Deployment")["spec"]["selector"] == of_kind(second, "Deployment")["spec"]["selector"]
    assert first.object == second.object


def test_names_differ_between_projects_and_fit_into_a_dns_label():
    long = workload(endpoint="A" * 60, name="b" * 60)
    other = workload(endpoint="A" * 60, name="b" * 60, id="another")
    assert len(long.object) <= 63
    assert long.object != other.object
    assert problems(manifests(long)) == []


def test_the_registry_password_is_in_the_secret_and_hidden_when_shown():
    secret = of_kind(workload(login=LOGIN), "Secret")
    content = json.loads(base64.b64decode(secret["data"][".dockerconfigjson"]))
    assert content["auths"]["registry.local:5000"]["password"] == "s3cret"
    text = as_yaml(manifests(workload(login=LOGIN)))
    assert "(hidden)" in text
    assert secret["data"][".dockerconfigjson"] not in text


def test_the_yaml_holds_the_same_objects():
    shown = list(yaml.safe_load_all(as_yaml(manifests(full()), with_secrets=True)))
    assert shown == manifests(full())


def test_servers_may_send_nothing_out_and_only_the_named_addresses_get_in():
    policy = of_kind(full(), "NetworkPolicy")["spec"]
    assert policy["egress"] == []
    assert policy["ingress"][0]["from"] == [{"ipBlock": {"cidr": "10.0.0.0/8"}}]
    assert of_kind(full(), "Service")["spec"]["loadBalancerSourceRanges"] == ["10.0.0.0/8"]

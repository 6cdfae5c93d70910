"""The objects of a step: against the published schemas (strict), and what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kubernetes_validate
import msgspec
import pytest

from mlops.execution.executors.kubernetes.jobs import Mount, Wanted, job, job_name, network_policy, sub_path

LEAST = Wanted(
    attempt="12-1",
    server="0123456789abcdef",
    namespace="steps",
    claim="studio-data",
    image="python:3.12",
    words=("/bin/sh", "-c", "kill -USR1 $$; echo $(HOME)"),
    cwd="/data/steps/12-1/work/code",
    variables={"HOME": "/data/steps/12-1/work/home", "PRICE": "$5"},
    mounts=(
        Mount(path="/data/steps/12-1/work/code", sub_path="steps/12-1/work/code"),
        Mount(path="/data/steps/12-1/inputs/cars", sub_path="steps/12-1/inputs/cars", read_only=True),
    ),
    metrics="/data/steps/12-1/work/metrics.jsonl",
    user=10001,
    group=10001,
)
MOST = msgspec.structs.replace(
    LEAST,
    attempt=f"{10**12}-3",
    cpus=0.5,
    memory_bytes=2 * 2**30,
    gpus=1,
    labels={"gpu": "", "zone": "a"},
    network="bridge",
    seconds=90.5,
    told={"run": "r", "node": "train", "title": "Train"},
)


def pod_of(wanted: Wanted) -> dict[str, Any]:
    found: dict[str, Any] = job(wanted)["spec"]["template"]["spec"]
    return found


@pytest.mark.parametrize("version", ["1.25", "1.33", "1.37"])
@pytest.mark.parametrize("wanted", [LEAST, MOST], ids=["least", "most"])
def test_they_are_valid_by_the_published_schema(wanted, version):
    for one in (job(wanted), network_policy(wanted.namespace, wanted.network)):
        kubernetes_validate.validate(one, version, strict=True)


def test_a_pod_has_no_token_no_rights_and_no_root():
    pod = pod_of(MOST)
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "hostNetwork" not in pod


def test_it_sees_parts_of_the_claim_alone_and_inputs_cannot_be_written():
    mounts = pod_of(LEAST)["containers"][0]["volumeMounts"]
    assert all(one["subPath"].startswith("steps/12-1/") for one in mounts)
    assert [one.get("readOnly", False) for one in mounts] == [False, True]
    with pytest.raises(ValueError, match="not in the subpath"):
        sub_path("/elsewhere/file", Path("/data"))


def test_nothing_is_tried_again_by_the_cluster_and_the_name_is_that_of_the_attempt():
    spec = job(LEAST)["spec"]
    assert (spec["backoffLimit"], spec["template"]["spec"]["restartPolicy"]) == (0, "Never")
    assert job(LEAST)["metadata"]["name"] == job_name(LEAST.server, "12-1") != job_name("another", "12-1")
    assert job_name(LEAST.server, "12-2") != job_name(LEAST.server, "12-1")


def test_what_the_step_asks_for_is_asked_of_the_cluster():
    pod = pod_of(MOST)
    assert pod["containers"][0]["resources"] == {
        "requests": {"cpu": "500m", "memory": "2Gi", "nvidia.com/gpu": "1"},
        "limits": {"memory": "2Gi", "nvidia.com/gpu": "1"},
    }
    terms = pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert {one["key"]: one["operator"] for one in terms[0]["matchExpressions"]} == {"gpu": "Exists", "zone": "In"}
    limited = msgspec.structs.replace(MOST, gpus=0, most_memory_bytes=2**30)
    assert pod_of(limited)["containers"][0]["resources"]["limits"] == {"memory": "1Gi"}
    assert pod_of(LEAST)["containers"][0]["resources"] == {}


def test_dollars_reach_the_shell_as_they_are():
    container = pod_of(LEAST)["containers"][0]
    assert container["command"][-1] == "kill -USR1 $$$$; echo $$(HOME)"
    assert {"name": "PRICE", "value": "$$5"} in container["env"]


def test_nothing_comes_in_and_nothing_goes_out_but_by_setting():
    closed, open_ = (network_policy("steps", network)["spec"] for network in ("none", "bridge"))
    assert (closed["ingress"], closed["egress"]) == ([], [])
    assert (open_["ingress"], open_["egress"]) == ([], [{}])
    for wanted, policy in ((LEAST, closed), (MOST, open_)):
        labels = job(wanted)["spec"]["template"]["metadata"]["labels"]
        assert policy["podSelector"]["matchLabels"].items() <= labels.items()

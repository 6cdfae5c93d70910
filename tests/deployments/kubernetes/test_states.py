"""What the cluster shows of a deployment, in our words."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from mlops.deployments.targets.kubernetes.manifests import manifests
from mlops.deployments.targets.kubernetes.states import observed
from tests.deployments.kubernetes.cluster import FakeCluster
from tests.deployments.kubernetes.examples import workload

URLS = ["http://10.0.0.9:80"]


def deployment(**settings: Any) -> dict[str, Any]:
    made = copy.deepcopy(manifests(workload(**settings))[-1])
    made["metadata"]["generation"] = 1
    return made


def rolled(ready: int | None = None, instances: int = 1, **container: Any):
    fake, made = FakeCluster(), deployment(instances=instances)
    fake.objects["scoring", "deployments", made["metadata"]["name"]] = made
    pods = fake.roll_out(made, ready=ready, **container)
    fake._server.server_close()
    return made, pods


def test_it_is_ready_when_its_instances_are_and_its_service_has_an_address():
    made, pods = rolled()
    seen = observed(made, pods, urls=URLS)
    assert (seen.state, seen.urls) == ("ready", tuple(URLS))
    assert "no address yet" in observed(made, pods, urls=[]).reason


def test_before_that_it_says_how_far_it_is():
    assert "make its instances" in observed(deployment(), [], urls=URLS).reason
    made, pods = rolled(ready=1, instances=3)
    seen = observed(made, pods, urls=URLS)
    assert seen.state == "starting"
    assert seen.reason.startswith("1 of 3 servers is ready.")
    assert "readiness probe does not succeed yet" in seen.reason
    assert seen.patience_seconds > 300


WAITING = [
    ({"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling x"}}, "unhealthy", "cannot be pulled"),
    ({"waiting": {"reason": "CreateContainerConfigError", "message": "no secret"}}, "unhealthy", "no secret"),
]


@pytest.mark.parametrize(("state", "told", "said"), WAITING)
def test_an_instance_that_cannot_start_is_told_with_the_reason(state, told, said):
    made, pods = rolled(ready=0, state=state)
    seen = observed(made, pods, urls=URLS)
    assert seen.state == told
    assert said in seen.reason
    assert seen.hint


def test_a_crash_loop_is_told_with_the_last_words_of_its_log():
    loop = {"waiting": {"reason": "CrashLoopBackOff"}}
    last = {"terminated": {"exitCode": 3, "reason": "Error"}}
    made, pods = rolled(ready=0, state=loop, lastState=last, restartCount=4)
    seen = observed(made, pods, urls=URLS, last_words={pods[0]["metadata"]["name"]: ["", "no such weights"]})
    assert (seen.state, seen.restarts) == ("crashed", 4)
    assert "status 3: no such weights" in seen.reason


def test_an_instance_out_of_memory_is_told_as_such():
    last = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
    made, pods = rolled(ready=0, state={"waiting": {"reason": "CrashLoopBackOff"}}, lastState=last)
    seen = observed(made, pods, urls=URLS)
    assert ("OOMKilled" in seen.reason, seen.hint) == (True, "Give it more memory.")


def test_no_room_on_the_nodes_is_no_failure_but_is_told():
    made, pods = rolled(ready=0, state={})
    message = "0/3 nodes are available: 3 Insufficient cpu."
    pods[0]["status"]["conditions"] = [
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    ]
    seen = observed(made, pods, urls=URLS)
    assert (seen.state, seen.reason) == ("starting", f"Unschedulable: {message}")


def test_a_quota_that_is_used_up_is_told():
    made = deployment()
    message = 'pods "x" is forbidden: exceeded quota: team, requested: cpu=1, used: cpu=9, limited: cpu=9'
    made["status"] = {"conditions": [{"type": "ReplicaFailure", "status": "True", "message": message}]}
    seen = observed(made, [], urls=URLS)
    assert "exceeded quota: team" in seen.reason
    assert "quota raised" in seen.hint

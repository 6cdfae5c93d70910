"""What the cluster tells of a Job and its pod, read: shapes that the working cluster of the tests does not make."""

from __future__ import annotations

from typing import Any

import pytest

from mlops.execution.executors.kubernetes.states import standing

JOB: dict[str, Any] = {"metadata": {"name": "step-1"}, "spec": {}, "status": {}}
ENDED_WELL = {"terminated": {"exitCode": 0, "finishedAt": "2026-11-27T10:00:00Z"}}


def pod(state: dict[str, Any] | None = None, *, going: bool = False, **status: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"metadata": {"name": "step-1-x"}, "spec": {"nodeName": "n1"}, "status": status}
    if state is not None:
        status["containerStatuses"] = [{"name": "step", "state": state}]
    if going:
        found["metadata"]["deletionTimestamp"] = "2026-11-27T10:00:30Z"
    return found


def taken_away(at: str) -> list[dict[str, str]]:
    return [
        {"type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI", "lastTransitionTime": at,
         "message": "Eviction API: evicting"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("found", "state", "said"),
    [
        (pod({"terminated": {"exitCode": 137, "reason": "OOMKilled"}}, phase="Failed"), "ended", ""),
        (pod({"terminated": {"exitCode": 128, "reason": "StartError", "message": "no /bin/sh"}}), "refused", "/bin/sh"),
        (pod({"waiting": {"reason": "InvalidImageName", "message": "bad"}}), "refused", "cannot be pulled: bad"),
        (pod({"waiting": {"reason": "CreateContainerConfigError", "message": "subPath"}}), "waiting", "subPath"),
        (pod(phase="Failed", reason="OutOfcpu", message="Node didn't have enough"), "lost", "no room"),
        (pod(phase="Failed", reason="DeadlineExceeded"), "too_slow", ""),
        (pod({"running": {}}, going=True, phase="Running"), "lost", "deleted"),
        (pod(ENDED_WELL, going=True, conditions=taken_away("2026-11-27T09:59:59Z")), "lost", "Eviction API"),
        (pod(ENDED_WELL, going=True, conditions=taken_away("2026-11-27T10:00:01Z")), "ended", ""),
        (pod(ENDED_WELL, phase="Succeeded"), "ended", ""),
        (pod(phase="Pending"), "waiting", "looks for a node"),
    ],
)
def test_a_pod_is_read(found, state, said):
    read = standing(JOB, [found], [])
    assert (read.state, said in read.why) == (state, True)


def test_memory_that_ran_out_is_told_by_the_usual_status():
    found = pod({"terminated": {"exitCode": 1, "reason": "OOMKilled"}}, phase="Failed")
    assert standing(JOB, [found], []).status == 137


def test_a_claim_that_cannot_be_mounted_is_told_from_events():
    waits = pod({"waiting": {"reason": "ContainerCreating"}}, phase="Pending")
    events = [{"reason": "FailedMount", "message": "claim not found", "lastTimestamp": "2026-11-27T10:00:00Z"}]
    assert "claim not found" in standing(JOB, [waits], events).why


def test_a_job_without_a_pod_is_read():
    assert standing(None, [], []).state == "lost"
    failed = {"conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]}
    assert standing(JOB | {"status": failed}, [], []).state == "lost"
    assert "queue" in standing(JOB | {"spec": {"suspend": True}}, [], []).why

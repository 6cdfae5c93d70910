"""A cluster that works: it makes a pod of each Job and runs it here, as far as what a test has broken allows."""

from __future__ import annotations

import copy
import itertools
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.deployments.kubernetes.cluster import FakeCluster, No
from tests.execution.kubernetes.pods import Process

Thing = dict[str, Any]
Key = tuple[str, str, str]
NODE = "node-1"
LOOK_SECONDS = 0.03
LATE = 5.0


class WorkingCluster(FakeCluster):
    """`images`: name to the variables that the image sets. `claims`: name to the folder that it is."""

    def __init__(self, *, claims: Mapping[str, Path], images: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__()
        self.claims, self.images = dict(claims), dict(images)
        self.quota = self.job_quota = self.unschedulable = self.forbids = ""
        """What the cluster says instead of making a pod, taking a Job, placing a pod, or allowing one."""
        self.ending_seconds = 0.0
        """How long a pod takes to end that is to go."""
        self.began: list[str] = []
        """The attempts whose program has begun, in turn."""
        self.placed: list[Thing] = []
        """Their pods, as they were then."""
        self.most_at_once = 0
        """Programs, of those that have not ended."""
        self._processes: dict[str, Process] = {}
        self._ends_at: dict[Key, float] = {}
        self._numbers = itertools.count()
        self._is_over = threading.Event()
        self._loop = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> WorkingCluster:
        super().__enter__()
        self._loop.start()
        return self

    def stop(self) -> None:
        self._is_over.set()
        if self._loop.is_alive():
            self._loop.join()
        for process in self._processes.values():
            process.clear()
        self._processes.clear()
        super().stop()

    # -- what a test does to it

    def running(self) -> list[Thing]:
        return [one for one in self.of("pods") if one["status"].get("phase") == "Running"]

    def evict(self, pod: Thing) -> None:
        """As a node does it that is short of memory: the pod stays, failed."""
        with self.lock:
            self._processes[pod["metadata"]["name"]].kill()
            pod["status"] = {
                "phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory.",
            }  # fmt: skip

    def lose_node(self, pod: Thing) -> None:
        """The pod is to go, and nobody there confirms that it went."""
        with self.lock:
            self._processes[pod["metadata"]["name"]].kill()
            pod["metadata"]["deletionTimestamp"] = _now()
            pod["status"]["conditions"] = [
                {
                    "type": "DisruptionTarget", "status": "True", "reason": "DeletionByTaintManager",
                    "message": "Taint manager: deleting due to NoExecute taint",
                }
            ]  # fmt: skip

    def delete_pod(self, pod: Thing) -> None:
        with self.lock:
            self._end(("scoring", "pods", pod["metadata"]["name"]))

    # -- what the API server asks

    def said(self, pod: str, *, since: str = "", follow: bool = False) -> Iterator[str]:
        seen, quiet_at = 0, 0.0
        while True:
            process = self._processes.get(pod)
            if process is None or self.is_silent:
                return
            has_ended = process.poll() is not None
            lines = process.lines[seen:]
            seen += len(lines)
            yield from (f"{at} {text}" for at, text in lines if not since or at[:19] >= since[:19])
            if not follow or (has_ended and not lines):
                return
            quiet_at += LOOK_SECONDS
            time.sleep(LOOK_SECONDS)

    def about_to_come(self, given: Thing) -> None:
        if given["kind"] == "Job" and self.job_quota:
            name = given["metadata"]["name"]
            raise No(403, f'jobs.batch "{name}" is forbidden: exceeded quota: {self.job_quota}')

    def about_to_go(self, key: Key) -> None:
        if key[1] == "jobs":
            for one in self._pods_of(self.objects[key]):
                self._end(("scoring", "pods", one["metadata"]["name"]))

    # -- what its controllers do

    def _work(self) -> None:
        while not self._is_over.wait(LOOK_SECONDS):
            with self.lock:
                for job in self.of("jobs"):
                    self._see_to(job)
                for pod in self.of("pods"):
                    self._see_to_pod(pod)

    def _pods_of(self, job: Thing) -> list[Thing]:
        return [one for one in self.of("pods") if one["metadata"]["labels"].get("job-name") == job["metadata"]["name"]]

    def _see_to(self, job: Thing) -> None:
        status = job.setdefault("status", {})
        if status.get("conditions"):
            return
        pods = self._pods_of(job)
        if not pods and status.get("active"):
            status["conditions"] = [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]
        elif pods and (phase := pods[0]["status"].get("phase")) in ("Succeeded", "Failed"):
            kind = "Complete" if phase == "Succeeded" else "Failed"
            status["conditions"] = [{"type": kind, "status": "True", "reason": "BackoffLimitExceeded"}]
        elif not pods:
            self._make_pod(job)

    def _make_pod(self, job: Thing) -> None:
        name = f"{job['metadata']['name']}-{next(self._numbers):05d}"
        if why := self.quota:
            self._tell(job, "FailedCreate", f'Error creating: pods "{name}" is forbidden: exceeded quota: {why}')
            return
        if why := self.forbids:
            self._tell(job, "FailedCreate", f'Error creating: pods "{name}" is forbidden: {why}')
            return
        template = copy.deepcopy(job["spec"]["template"])
        template["metadata"]["labels"]["job-name"] = job["metadata"]["name"]
        template["metadata"] |= {"name": name, "namespace": "scoring", "creationTimestamp": _now()}
        self.objects["scoring", "pods", name] = {**template, "status": {"phase": "Pending"}}
        job["status"]["active"] = 1

    def _tell(self, about: Thing, reason: str, message: str) -> None:
        name = about["metadata"]["name"]
        self.objects["scoring", "events", f"{name}.{reason}"] = {
            "metadata": {"name": f"{name}.{reason}"}, "involvedObject": {"name": name}, "reason": reason,
            "message": message, "lastTimestamp": _now(),
        }  # fmt: skip

    def _see_to_pod(self, pod: Thing) -> None:
        name = pod["metadata"]["name"]
        if (ends_at := self._ends_at.get(("scoring", "pods", name))) is not None:
            if time.monotonic() >= ends_at:
                self._forget(("scoring", "pods", name))
        elif pod["status"]["phase"] == "Pending":
            self._place(pod)
        elif pod["status"]["phase"] == "Running" and not pod["metadata"].get("deletionTimestamp"):
            code = self._processes[name].poll()
            if code is not None:
                ended = {"exitCode": code, "reason": "Completed" if code == 0 else "Error"}
                if message := self._processes[name].message:
                    ended["message"] = message
                pod["status"] = {"phase": "Failed" if code else "Succeeded", **_container({"terminated": ended})}

    def _place(self, pod: Thing) -> None:
        if why := self.unschedulable:
            condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": why}
            pod["status"] = {"phase": "Pending", "conditions": [condition]}
            return
        pod["spec"]["nodeName"] = NODE
        image = pod["spec"]["containers"][0]["image"]
        if image not in self.images:
            waiting = {"reason": "ErrImagePull", "message": f"{image}: not found"}
            pod["status"] = {"phase": "Pending", **_container({"waiting": waiting})}
            return
        self._processes[pod["metadata"]["name"]] = Process(pod, self.claims, variables=self.images[image])
        self.most_at_once = max(self.most_at_once, sum(one.poll() is None for one in self._processes.values()))
        self.placed.append(copy.deepcopy(pod))
        self.began.append(pod["metadata"]["labels"]["studio.mlops/attempt"])
        pod["status"] = {"phase": "Running", **_container({"running": {"startedAt": _now()}})}

    def _end(self, key: Key) -> None:
        """Its program ends, after a while or at once."""
        pod = self.objects[key]
        pod["metadata"]["deletionTimestamp"] = _now()
        self._ends_at.setdefault(key, time.monotonic() + self.ending_seconds)

    def _forget(self, key: Key) -> None:
        if process := self._processes.pop(key[2], None):
            process.clear()
        del self._ends_at[key], self.objects[key]


def _container(state: Thing) -> Thing:
    return {"containerStatuses": [{"name": "step", "state": state}]}


def _now() -> str:
    return datetime.now(UTC).isoformat()

"""How a deployment is, read from the objects that the cluster shows: state, reason, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlops.deployments.targets import Observed
from mlops.deployments.targets.kubernetes.names import own

Thing = dict[str, Any]
PATIENCE_SECONDS = 600.0
"""Nodes that are added and images that are pulled take minutes."""
PULLING = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull")
NOT_MADE = ("CreateContainerConfigError", "CreateContainerError", "RunContainerError")


def revision_of(deployment: Thing) -> int | None:
    told = deployment["metadata"].get("annotations", {}).get(own("revision"), "")
    return int(told) if told.isdecimal() else None


def pods_of(deployment: Thing, pods: Sequence[Thing]) -> list[Thing]:
    """Those of the revision that the Deployment wants now; the ones before it still serve while these start."""
    wanted = {own("deployment"): deployment["metadata"]["labels"][own("deployment")]}
    wanted[own("revision")] = str(revision_of(deployment))
    return [one for one in pods if wanted.items() <= one["metadata"].get("labels", {}).items()]


def observed(
    deployment: Thing, pods: Sequence[Thing], *, urls: Sequence[str], last_words: Sequence[str] = ()
) -> Observed:
    """`pods`: of this revision. `urls` is empty while the service has no address yet. `last_words`: the log of the
    instance that ended."""
    status = deployment.get("status", {})
    count = deployment["spec"].get("replicas", 1)
    ready = [one for one in pods if _condition(one, "Ready").get("status") == "True"]
    restarts = max((_container(one).get("restartCount", 0) for one in pods), default=0)
    is_seen = status.get("observedGeneration", 0) >= deployment["metadata"].get("generation", 0)
    is_rolled_out = status.get("updatedReplicas", 0) >= status.get("replicas", count)
    if is_seen and ready and (len(ready) >= count or is_rolled_out):
        if urls:
            return Observed(state="ready", urls=tuple(urls), restarts=restarts)
        reason = "Its instances are ready, but its service has no address yet."
        return _waits(reason, "The cluster gives load balancers their addresses: ask who runs it if it takes long.")
    for one in pods:
        trouble = _trouble(one, last_words)
        if trouble is not None:
            return trouble
    return _refused_pods(status) or _waits(_progress(len(ready), count, pods))


def ended(pods: Sequence[Thing]) -> Thing | None:
    """A pod whose instance has ended, so that its log tells why."""
    return next((one for one in pods if _container(one).get("lastState", {}).get("terminated")), None)


def _trouble(pod: Thing, last_words: Sequence[str]) -> Observed | None:
    container = _container(pod)
    waiting = container.get("state", {}).get("waiting") or {}
    last = container.get("state", {}).get("terminated") or container.get("lastState", {}).get("terminated") or {}
    restarts = container.get("restartCount", 0)
    if waiting.get("reason") in PULLING:
        reason = f"The image cannot be pulled: {waiting.get('message') or waiting['reason']}."
        hint = "Is the image in the registry, and does the cluster have its credentials?"
        return Observed(state="unhealthy", reason=reason, hint=hint, restarts=restarts)
    if waiting.get("reason") in NOT_MADE:
        reason = f"The container cannot be made: {waiting.get('message') or waiting['reason']}."
        return Observed(state="unhealthy", reason=reason, hint="Change the settings that it names.", restarts=restarts)
    if last.get("reason") == "OOMKilled" and not container.get("ready"):
        reason = "It used more memory than it may, and was ended (OOMKilled)."
        return Observed(state="crashed", reason=reason, hint="Give it more memory.", restarts=restarts)
    if last and not container.get("ready"):
        words = " ".join(line for line in last_words if line.strip())[-600:]
        reason = f"It ended with status {last.get('exitCode', '?')}{f': {words}' if words else '.'}"
        hint = "Look at the log, correct the cause and update the deployment."
        return Observed(state="crashed", reason=reason, hint=hint, restarts=restarts)
    scheduled = _condition(pod, "PodScheduled")
    if scheduled.get("reason") == "Unschedulable":
        hint = "Ask for less, free or add nodes, or change the node selector. It starts by itself once there is room."
        return _waits(f"Unschedulable: {scheduled.get('message', 'no node takes it').rstrip('.')}.", hint)
    return None


def _refused_pods(status: Thing) -> Observed | None:
    """The cluster would not even make a pod: a quota, or a rule of admission."""
    failure = _of_type(status.get("conditions", []), "ReplicaFailure")
    if failure.get("status") == "True":
        message = str(failure.get("message", "")).rpartition(" is forbidden: ")[2].rstrip(".")
        about_quota = "quota" in message
        hint = (
            "Ask for fewer or smaller instances, or have the namespace's quota raised."
            if about_quota
            else "A rule of the cluster says so: ask who runs it."
        )
        return Observed(state="unhealthy", reason=f"The cluster makes no instance: {message}.", hint=hint)
    progress = _of_type(status.get("conditions", []), "Progressing")
    if progress.get("reason") == "ProgressDeadlineExceeded":
        reason = "Its instances did not become ready in the time that the cluster gives them."
        return Observed(state="unhealthy", reason=reason, hint="Look at the log and at the pods' events.")
    return None


def _progress(ready: int, count: int, pods: Sequence[Thing]) -> str:
    if not pods:
        return "Waits for the cluster to make its instances."
    running = [one for one in pods if "running" in _container(one).get("state", {})]
    if not running:
        return f"{len(pods)} of {count} instances are placed; the image is being pulled."
    failing = [one for one in running if _condition(one, "Ready").get("status") != "True"]
    more = "; the readiness probe does not succeed yet" if failing else ""
    return f"{ready} of {count} instances are ready{more}."


def _waits(reason: str, hint: str = "") -> Observed:
    return Observed(state="starting", reason=reason, hint=hint, patience_seconds=PATIENCE_SECONDS)


def _container(pod: Thing) -> Thing:
    return next(iter(pod.get("status", {}).get("containerStatuses") or []), {})


def _condition(pod: Thing, type: str) -> Thing:
    return _of_type(pod.get("status", {}).get("conditions") or [], type)


def _of_type(conditions: Sequence[Thing], type: str) -> Thing:
    return next((one for one in conditions if one.get("type") == type), {})

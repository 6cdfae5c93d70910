"""How a deployment is, read from the objects that the cluster shows: state, reason, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from mlops.clusters.kubernetes.names import own
from mlops.deployments.targets.observed import Observed, Replica, ReplicaState, together
from mlops.formats.spoken import gettext as _

Thing = dict[str, Any]
PATIENCE_SECONDS = 600.0
"""Nodes that are added and images that are pulled take minutes."""
PULLING = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull")
NOT_MADE = ("CreateContainerConfigError", "CreateContainerError", "RunContainerError")


def revision_of(deployment: Thing) -> int | None:
    told = deployment["metadata"].get("annotations", {}).get(own("revision"), "")
    return int(told) if told.isdecimal() else None


def pods_of(pods: Sequence[Thing], *, id: str, revision: int) -> list[Thing]:
    """Those of one revision: the ones before it still serve while the present ones start."""
    wanted = {own("deployment"): id, own("revision"): str(revision)}
    found = [one for one in pods if wanted.items() <= one["metadata"].get("labels", {}).items()]
    return sorted(found, key=lambda one: str(one["metadata"]["name"]))


def observed(
    deployment: Thing, pods: Sequence[Thing], *, urls: Sequence[str], last_words: Mapping[str, Sequence[str]] = {}
) -> Observed:
    """Of the revision that the Deployment wants now. `pods`: of this revision. `urls` is empty while the service has
    no address yet. `last_words`: pod to the log of the instance that ended."""
    status = deployment.get("status", {})
    count = int(deployment["spec"].get("replicas", 1))
    replicas = [replica(one, last_words.get(one["metadata"]["name"], ())) for one in pods]
    is_seen = status.get("observedGeneration", 0) >= deployment["metadata"].get("generation", 0)
    seen = together(replicas, wanted=count if is_seen else count + 1, urls=urls, patience_seconds=PATIENCE_SECONDS)
    if seen.state == "ready" and not urls:
        reason = _("Its instances are ready, but its service has no address yet.")
        hint = _("The cluster gives load balancers their addresses: ask who runs it if it takes long.")
        return msgspec.structs.replace(seen, state="starting", reason=reason, hint=hint)
    if seen.state == "starting" and len(pods) < count:
        reason, hint = _not_made(status) or ("", "")
        if hint:
            return msgspec.structs.replace(seen, state="unhealthy", reason=reason, hint=hint)
        if not pods:
            return msgspec.structs.replace(seen, reason=_("Waits for the cluster to make its instances."))
    return seen


def replica(pod: Thing, last_words: Sequence[str] = ()) -> Replica:
    container = _container(pod)
    known = {"name": pod["metadata"]["name"], "restarts": container.get("restartCount", 0)}
    if "deletionTimestamp" in pod["metadata"]:
        return Replica(state="stopped", reason=_("It is ending."), **known)
    if _condition(pod, "Ready").get("status") == "True":
        return Replica(state="ready", **known)
    state, reason, hint = _trouble(pod, container, last_words) or ("starting", *_progress(pod, container))
    return Replica(state=state, reason=reason, hint=hint, **known)


def ended(pods: Sequence[Thing]) -> list[str]:
    """Names of pods whose instance has ended, so that its log tells why."""
    return [
        one["metadata"]["name"]
        for one in pods
        if _container(one).get("lastState", {}).get("terminated") and _condition(one, "Ready").get("status") != "True"
    ]


def _trouble(pod: Thing, container: Thing, last_words: Sequence[str]) -> tuple[ReplicaState, str, str] | None:
    waiting = container.get("state", {}).get("waiting") or {}
    last = container.get("state", {}).get("terminated") or container.get("lastState", {}).get("terminated") or {}
    if waiting.get("reason") in PULLING:
        reason = _("The image cannot be pulled: %(get)s.") % {"get": waiting.get("message") or waiting["reason"]}
        return "unhealthy", reason, "Is the image in the registry, and does the cluster have its credentials?"
    if waiting.get("reason") in NOT_MADE:
        reason = _("The container cannot be made: %(get)s.") % {"get": waiting.get("message") or waiting["reason"]}
        return "unhealthy", reason, "Change the settings that it names."
    if last.get("reason") == "OOMKilled":
        return "crashed", "It used more memory than it may, and was ended (OOMKilled).", "Give it more memory."
    if last:
        words = " ".join(line for line in last_words if line.strip())[-600:]
        reason = _("It ended with status %(get)s%(value)s") % {
            "get": last.get("exitCode", "?"),
            "value": f": {words}" if words else ".",
        }
        return "crashed", reason, "Look at the log, correct the cause and update the deployment."
    return None


def _progress(pod: Thing, container: Thing) -> tuple[str, str]:
    scheduled = _condition(pod, "PodScheduled")
    if scheduled.get("reason") == "Unschedulable":
        hint = _(
            "Ask for less, free or add nodes, or change the node selector. It starts by itself once there is room."
        )
        return f"Unschedulable: {scheduled.get('message', 'no node takes it').rstrip('.')}.", hint
    if "running" in container.get("state", {}):
        return "It runs; its readiness probe does not succeed yet.", ""
    return "It is placed; its image is being pulled.", ""


def _not_made(status: Thing) -> tuple[str, str] | None:
    """The cluster would not even make a pod: a quota, or a rule of admission."""
    failure = _of_type(status.get("conditions", []), "ReplicaFailure")
    if failure.get("status") != "True":
        return None
    message = str(failure.get("message", "")).rpartition(" is forbidden: ")[2].rstrip(".")
    hint = _("A rule of the cluster says so: ask who runs it.")
    if "quota" in message:
        hint = _("Ask for fewer or smaller instances, or have the namespace's quota raised.")
    return f"The cluster makes no instance: {message}.", hint


def _container(pod: Thing) -> Thing:
    return next(iter(pod.get("status", {}).get("containerStatuses") or []), {})


def _condition(pod: Thing, type: str) -> Thing:
    return _of_type(pod.get("status", {}).get("conditions") or [], type)


def _of_type(conditions: Sequence[Thing], type: str) -> Thing:
    return next((one for one in conditions if one.get("type") == type), {})

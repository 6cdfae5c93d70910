"""How a step's Job stands, read from what the cluster tells of it, its pod and its events; in people's words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from django.utils.translation import gettext as _

from mlops.execution.executors.kubernetes.jobs import MISMATCH

Thing = Mapping[str, Any]
GONE_REASONS = frozenset(
    ("Evicted", "NodeLost", "Preempting", "Preempted", "Shutdown", "NodeShutdown", "Terminated", "NodeAffinity")
)
"""Of pods that their node gave up. Others that begin with OutOf were never begun: the node had no room after all."""
WRONG_IMAGE = ("InvalidImageName", "ErrImageNeverPull")
NO_IMAGE = ("ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "ImageInspectError")
NO_START = ("CreateContainerConfigError", "CreateContainerError", "RunContainerError", "CrashLoopBackOff")
START_SECONDS = 120.0
"""How long a cluster may try again what rarely mends itself: to pull an image, to make a container."""
OUT_OF_MEMORY = 137


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """`waiting`: `why` it does, and `code` and `hint` of the error that becomes of it; `seconds`: after so many, None:
    after the server's own patience. `lost`: nobody can tell how it would have ended. `refused`: it will never run."""

    state: Literal["waiting", "running", "ended", "lost", "refused", "too_slow"]
    pod: str = ""
    node: str = ""
    status: int = 0
    code: str = ""
    why: str = ""
    hint: str = ""
    seconds: float | None = None


def standing(job: Thing | None, pods: Sequence[Thing], events: Sequence[Thing]) -> Standing:
    """`events`: of the job and of its pod."""
    if pods:
        return _of_pod(max(pods, key=lambda one: str(one["metadata"].get("creationTimestamp", ""))), events)
    if job is None:
        return _lost(_("Its Job was deleted in the cluster by somebody else."))
    failed = _condition(job, "Failed")
    if failed.get("status") == "True":
        if failed.get("reason") == "DeadlineExceeded":
            return Standing(state="too_slow")
        return _lost(_("Its pod was deleted in the cluster by somebody else."))
    return _of_job(job, events)


def _of_pod(pod: Thing, events: Sequence[Thing]) -> Standing:
    status = pod.get("status") or {}
    node = str((pod.get("spec") or {}).get("nodeName") or "")
    names: dict[str, Any] = {"pod": str(pod["metadata"]["name"]), "node": node}
    container: Thing = next(iter(status.get("containerStatuses") or []), {})
    state = container.get("state") or {}
    ended = state.get("terminated")
    gone = _gone(pod, node)
    if ended is not None and ended.get("exitCode") == 0 and (not gone or _was_over(ended, pod)):
        return Standing(state="ended", status=0, **names)
    if gone:
        return _lost(gone, **names)
    if status.get("reason") == "DeadlineExceeded":
        return Standing(state="too_slow", **names)
    if ended is not None:
        return _ended(ended, names)
    if "running" in state:
        return Standing(state="running", **names)
    if status.get("phase") == "Failed":
        return _lost(_("Its pod failed: %(why)s.") % {"why": _told(status)}, **names)
    if waits := state.get("waiting"):
        return _held(waits, names, events)
    return _unplaced(pod, names, events)


def _gone(pod: Thing, node: str) -> str:
    """Why the pod goes although its program has not ended; empty where it stays."""
    status = pod.get("status") or {}
    disrupted, reason = _condition(pod, "DisruptionTarget"), str(status.get("reason") or "")
    named = {"node": node or "?", "why": _told(disrupted or status)}
    if disrupted.get("status") == "True" and disrupted.get("reason") == "DeletionByTaintManager":
        return _("The node %(node)s, which its pod ran on, does not answer any more: %(why)s.") % named
    if reason == "NodeLost":
        return _("The node %(node)s, which its pod ran on, does not answer any more: %(why)s.") % named
    if disrupted.get("status") == "True" or reason in GONE_REASONS:
        return _("The cluster took its pod away from the node %(node)s: %(why)s.") % named
    if reason.startswith("OutOf"):
        return _("The node %(node)s had no room for its pod after all: %(why)s.") % named
    if pod["metadata"].get("deletionTimestamp"):
        return _("Its pod was deleted in the cluster by somebody else.")
    return ""


def _was_over(ended: Thing, pod: Thing) -> bool:
    """Before the cluster began to take the pod away: a program that is asked to end may say that all is well."""
    since = str(_condition(pod, "DisruptionTarget").get("lastTransitionTime") or "")
    return bool(since) and str(ended.get("finishedAt") or "~") < since


def _ended(ended: Thing, names: dict[str, Any]) -> Standing:
    said, reason = str(ended.get("message") or "").strip(), str(ended.get("reason") or "")
    if said == MISMATCH:
        return Standing(
            state="refused",
            code=MISMATCH,
            why=_("Its pod does not find the files that this worker laid out: the claim is of another disk."),
            hint=_("MLOPS_STEP_CLAIM must be the disk on which the worker has MLOPS_STEP_CLAIM_FOLDER."),
            **names,
        )
    if reason in ("StartError", "ContainerCannotRun"):
        return _refused(said or reason, names)
    status = OUT_OF_MEMORY if reason == "OOMKilled" else int(ended.get("exitCode") or 1)
    return Standing(state="ended", status=status, **names)


def _refused(why: str, names: dict[str, Any]) -> Standing:
    return Standing(
        state="refused",
        code="container_failed",
        why=_("The cluster could not start its program: %(why)s.") % {"why": why.rstrip(".")},
        hint=_("The image needs /bin/sh, and must allow a user that is not root."),
        **names,
    )


def _held(waits: Thing, names: dict[str, Any], events: Sequence[Thing]) -> Standing:
    """A node has it, and its container does not run yet."""
    reason, told = str(waits.get("reason") or ""), _told(waits)
    if reason in WRONG_IMAGE + NO_IMAGE:
        return Standing(
            state="refused" if reason in WRONG_IMAGE else "waiting",
            code="image_unavailable",
            why=_("Its image cannot be pulled: %(why)s.") % {"why": told},
            hint=_("Correct the environment's image, or give the namespace's default service account a pull secret."),
            seconds=START_SECONDS,
            **names,
        )
    if reason in NO_START:
        return msgspec.structs.replace(_refused(told, names), state="waiting", seconds=START_SECONDS)
    mount = _last(events, "FailedMount", "FailedAttachVolume")
    why = (
        _("Its pod waits for the claim: %(why)s.") % {"why": mount.rstrip(".")}
        if mount
        else _("Its pod is on the node %(node)s, which gets the image.") % {"node": names["node"] or "?"}
    )
    return Standing(state="waiting", code="container_failed", why=why, hint=_look_at(names["pod"]), **names)


def _unplaced(pod: Thing, names: dict[str, Any], events: Sequence[Thing]) -> Standing:
    placed = _condition(pod, "PodScheduled")
    if placed.get("status") == "False":
        return Standing(
            state="waiting",
            code="step_unschedulable",
            why=_("No node of the cluster has a place for it: %(why)s.") % {"why": _told(placed)},
            hint=_("Ask for less (processors, memory, GPUs, labels), or add nodes that have it."),
            **names,
        )
    why = _("The cluster looks for a node.")
    return Standing(state="waiting", code="step_unschedulable", why=why, hint=_look_at(names["pod"]), **names)


def _of_job(job: Thing, events: Sequence[Thing]) -> Standing:
    said = _last(events, "FailedCreate")
    if "quota" in said:
        return Standing(
            state="waiting",
            code="quota_exceeded",
            why=_("The namespace's quota leaves no room for its pod: %(why)s.") % {"why": _end(said)},
            hint=_("Ask for less, wait until other pods end, or have the namespace's quota raised."),
        )
    if "forbidden" in said or "violates" in said:
        return Standing(
            state="refused",
            code="cluster_forbids",
            why=_("The cluster forbids its pod: %(why)s.") % {"why": _end(said)},
            hint=_("A rule of the cluster (admission) says so: ask who runs it."),
        )
    if (job.get("spec") or {}).get("suspend"):
        why, hint = _("A queue of the cluster holds it back."), _("Ask who runs the cluster.")
        return Standing(state="waiting", code="step_unschedulable", why=why, hint=hint)
    why = (
        _("The cluster could not make its pod yet: %(why)s.") % {"why": said.rstrip(".")}
        if said
        else _("The cluster makes its pod.")
    )
    return Standing(state="waiting", code="container_failed", why=why, hint=_("Ask who runs the cluster."))


def _lost(why: str, **names: Any) -> Standing:
    hint = _("Look at the cluster's nodes: how full they are, and whether they are taken away while steps run.")
    return Standing(state="lost", code="step_lost", why=why, hint=hint, **names)


def _look_at(pod: str) -> str:
    return _("`kubectl describe pod %(pod)s` says more.") % {"pod": pod}


def _condition(thing: Thing, kind: str) -> Thing:
    rows = (thing.get("status") or {}).get("conditions") or []
    return next((one for one in rows if one.get("type") == kind), {})


def _told(thing: Thing) -> str:
    return str(thing.get("message") or thing.get("reason") or "?").strip().rstrip(".")[:500]


def _last(events: Sequence[Thing], *reasons: str) -> str:
    """What the latest of these events says."""
    found = [one for one in events if one.get("reason") in reasons]
    found.sort(key=lambda one: str(one.get("lastTimestamp") or one.get("eventTime") or ""))
    return str(found[-1].get("message") or "").strip()[:500] if found else ""


def _end(message: str) -> str:
    """Without the part that repeats the object's name."""
    return message.rpartition(" is forbidden: ")[2].rstrip(".")

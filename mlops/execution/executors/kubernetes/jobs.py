"""The objects of a step: a Job of one pod that is never started twice, and what its network policy lets through.

The pod has the step's files at the same paths as the step's process, by parts of the claim, and nothing else: no token
of the cluster, no rights, no user but the files' own. Pure."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec

from mlops.clusters.kubernetes.names import MANAGED_BY, object_name, own
from mlops.clusters.kubernetes.quantities import cpu, memory

CONTAINER, VOLUME = "step", "steps"
GPU = "nvidia.com/gpu"
GRACE_SECONDS = 5
KEPT_SECONDS = 3_600
"""Of an ended Job that nobody took away."""
SLACK_SECONDS = 120
"""After the step's own limit of time the cluster ends a pod whose worker is gone."""
MISMATCH = "claim_mismatch"
BEGIN = f"""
[ -f "$1" ] || {{ printf {MISMATCH} > /dev/termination-log; exit 1; }}
[ -z "$2" ] || {{ MLFLOW_TRACKING_TOKEN="$(cat "$2")" && export MLFLOW_TRACKING_TOKEN; }}
shift 2
exec "$@"
"""
"""The claim may be another than the worker's disk: then the cluster made empty folders, and the file is not there."""


class Mount(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    sub_path: str
    read_only: bool = False


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """`attempt`: as the step's folder is named, key and number. `labels`: of nodes that may run it, empty values are
    any. `network`: none, or what goes out is not held back."""

    attempt: str
    server: str
    namespace: str
    claim: str
    image: str
    words: tuple[str, ...]
    cwd: str
    variables: dict[str, str]
    mounts: tuple[Mount, ...]
    metrics: str
    token_file: str = ""
    user: int
    group: int
    cpus: float = 0.0
    memory_bytes: int = 0
    most_memory_bytes: int | None = None
    gpus: int = 0
    labels: dict[str, str] = {}
    network: str = "none"
    seconds: float | None = None
    told: dict[str, str] = {}


def job_name(server: str, attempt: str) -> str:
    """The same for the same attempt, so that no second one is made."""
    return object_name("step", attempt, id=server)


def step_labels(server: str, attempt: str = "") -> dict[str, str]:
    """By which the Jobs and pods of a server, or of the attempts of a step, are found."""
    return {own("steps-of"): server, **({own("step"): attempt.rpartition("-")[0]} if attempt else {})}


def attempt_labels(server: str, attempt: str) -> dict[str, str]:
    return {**step_labels(server, attempt), own("attempt"): attempt}


def selector(labels: dict[str, str]) -> str:
    return ",".join(f"{name}={value}" for name, value in labels.items())


def job(wanted: Wanted) -> dict[str, Any]:
    labels = {
        **MANAGED_BY,
        "app.kubernetes.io/name": "step",
        **attempt_labels(wanted.server, wanted.attempt),
    }
    notes = {own(name): value for name, value in wanted.told.items()}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": job_name(wanted.server, wanted.attempt),
            "namespace": wanted.namespace,
            "labels": labels,
            "annotations": notes,
        },
        "spec": {
            "backoffLimit": 0,
            "completions": 1,
            "parallelism": 1,
            "ttlSecondsAfterFinished": KEPT_SECONDS,
            "template": {
                "metadata": {
                    "labels": {**labels, own("network"): _network(wanted.network)},
                    "annotations": {**notes, "cluster-autoscaler.kubernetes.io/safe-to-evict": "false"},
                },
                "spec": _pod(wanted),
            },
        },
    }


def network_policy(namespace: str, network: str) -> dict[str, Any]:
    """Of all pods of steps with that network: nothing comes in; nothing goes out, or all. Whose step it is makes no
    difference, so several servers may share it."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": f"mlops-steps-{_network(network)}",
            "namespace": namespace,
            "labels": {**MANAGED_BY, "app.kubernetes.io/name": "step"},
        },
        "spec": {
            "podSelector": {
                "matchLabels": {"app.kubernetes.io/name": "step", **MANAGED_BY, own("network"): _network(network)}
            },
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [],
            "egress": [] if network == "none" else [{}],
        },
    }


def sub_path(path: str, folder: Path) -> str:
    """Of the claim whose top is `folder` here. Raises ValueError for what is not on it."""
    return Path(path).resolve().relative_to(folder).as_posix()


def literal(text: str) -> str:
    """Kubernetes puts variables in for `$(NAME)`, and one dollar for two: the shell is to have them as they are."""
    return text.replace("$", "$$")


def _words(wanted: Wanted) -> list[str]:
    return ["/bin/sh", "-c", BEGIN, "step", wanted.metrics, wanted.token_file, *wanted.words]


def _network(network: str) -> str:
    """A pod never has the network of its node: `host` is as `bridge`."""
    return "none" if network == "none" else "open"


def _pod(wanted: Wanted) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": wanted.user,
            "runAsGroup": wanted.group,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(wanted)],
        "volumes": [{"name": VOLUME, "persistentVolumeClaim": {"claimName": wanted.claim}}],
    }
    if wanted.seconds is not None:
        spec["activeDeadlineSeconds"] = math.ceil(wanted.seconds) + SLACK_SECONDS
    if wanted.labels:
        spec["affinity"] = {"nodeAffinity": _nodes(wanted.labels)}
    if wanted.gpus:
        spec["tolerations"] = [{"key": GPU, "operator": "Exists", "effect": "NoSchedule"}]
    return spec


def _nodes(labels: dict[str, str]) -> dict[str, Any]:
    asked = [
        {"key": name, "operator": "In", "values": [value]} if value else {"key": name, "operator": "Exists"}
        for name, value in sorted(labels.items())
    ]
    return {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": asked}]}}


def _container(wanted: Wanted) -> dict[str, Any]:
    return {
        "name": CONTAINER,
        "image": wanted.image,
        "command": [literal(one) for one in _words(wanted)],
        "workingDir": wanted.cwd,
        "env": [{"name": name, "value": literal(value)} for name, value in sorted(wanted.variables.items())],
        "resources": _resources(wanted),
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "volumeMounts": [
            {
                "name": VOLUME,
                "mountPath": one.path,
                "subPath": one.sub_path,
                **({"readOnly": True} if one.read_only else {}),
            }
            for one in wanted.mounts
        ],
    }


def _resources(wanted: Wanted) -> dict[str, Any]:
    """Processors are asked for and not limited; memory is both, as far as the server's own limit."""
    most = wanted.most_memory_bytes or wanted.memory_bytes
    asked: dict[str, str] = {"cpu": cpu(wanted.cpus)} if wanted.cpus else {}
    limits: dict[str, str] = {"memory": memory(most)} if most else {}
    if wanted.memory_bytes:
        asked["memory"] = memory(min(wanted.memory_bytes, most))
    if wanted.gpus:
        asked[GPU] = limits[GPU] = str(wanted.gpus)
    return {name: value for name, value in (("requests", asked), ("limits", limits)) if value}

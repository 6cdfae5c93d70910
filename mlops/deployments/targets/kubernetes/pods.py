"""The Deployment object: how many pods, of which image, with what resources, probes and as little power as can be."""

from __future__ import annotations

import math
from pathlib import PurePosixPath
from typing import Any

from mlops.clusters.kubernetes.names import own
from mlops.clusters.kubernetes.quantities import cpu, memory
from mlops.deployments.collecting import IN_CONTAINER
from mlops.deployments.targets.kubernetes.marks import labels, notes, selector
from mlops.deployments.targets.kubernetes.wanted import Workload
from mlops.scoring.segments_http import DRAINED_PATH, MOST_DRAIN_SECONDS

USER = 10001
DRAIN_SECONDS = 5
"""A pod that ends still gets requests until every node knows of it."""
START_SECONDS = 120
SPOOL = "spool"
SCRATCH = "64Mi"


def deployment(wanted: Workload) -> dict[str, Any]:
    replicas = {} if wanted.settings.scale else {"replicas": wanted.settings.instances}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": wanted.object,
            "namespace": wanted.namespace,
            "labels": labels(wanted),
            "annotations": notes(wanted),
        },
        "spec": {
            **replicas,
            "revisionHistoryLimit": 3,
            "progressDeadlineSeconds": 600,
            "selector": {"matchLabels": selector(wanted)},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": {
                "metadata": {
                    "labels": {**labels(wanted), own("revision"): str(wanted.revision)},
                    "annotations": notes(wanted),
                },
                "spec": _pod(wanted),
            },
        },
    }


def secret_name(wanted: Workload) -> str:
    return f"{wanted.object[:54].rstrip('-')}-registry"


def _pod(wanted: Workload) -> dict[str, Any]:
    options = wanted.options
    spec: dict[str, Any] = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": _drain_seconds(wanted) + math.ceil(wanted.settings.timeout_seconds) + 5,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(wanted)],
        "volumes": [{"name": "scratch", "emptyDir": {"sizeLimit": SCRATCH}}],
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": selector(wanted)},
            }
        ],
    }
    if wanted.settings.collection.is_enabled:
        spec["volumes"].append({"name": SPOOL, "emptyDir": {}})
    if wanted.login is not None:
        spec["imagePullSecrets"] = [{"name": secret_name(wanted)}]
    if options.node_selector:
        spec["nodeSelector"] = options.node_selector
    if options.priority_class:
        spec["priorityClassName"] = options.priority_class
    if wanted.settings.gpus:
        spec["tolerations"] = [{"key": options.gpu_resource, "operator": "Exists", "effect": "NoSchedule"}]
    return spec


def _container(wanted: Workload) -> dict[str, Any]:
    settings = wanted.settings
    resources = {"cpu": cpu(settings.cpus), "memory": memory(settings.memory_bytes)}
    if settings.gpus:
        resources[wanted.options.gpu_resource] = str(settings.gpus)
    return {
        "name": "scoring",
        "image": wanted.image,
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"name": "http", "containerPort": wanted.port, "protocol": "TCP"}],
        "env": [{"name": name, "value": value} for name, value in sorted(settings.variables.items())],
        "resources": {"requests": dict(resources), "limits": resources},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": _mounts(wanted),
        "startupProbe": _probe("/healthz", period=2, failures=START_SECONDS // 2),
        "livenessProbe": _probe("/healthz", period=10, failures=3),
        "readinessProbe": _probe("/readyz", period=3, failures=2),
        "lifecycle": {"preStop": _pre_stop(wanted)},
    }


def _mounts(wanted: Workload) -> list[dict[str, Any]]:
    mounts = [{"name": "scratch", "mountPath": "/tmp"}]  # noqa: S108  # nosec B108
    if wanted.settings.collection.is_enabled:
        mounts.append({"name": SPOOL, "mountPath": str(PurePosixPath(IN_CONTAINER).parent)})
    return mounts


def _pre_stop(wanted: Workload) -> dict[str, Any]:
    """A server that collects answers this once it was left by its callers and its spool is empty."""
    if wanted.settings.collection.is_enabled:
        return {"httpGet": {"path": DRAINED_PATH, "port": "http"}}
    return {"sleep": {"seconds": DRAIN_SECONDS}}


def _drain_seconds(wanted: Workload) -> int:
    return math.ceil(MOST_DRAIN_SECONDS) if wanted.settings.collection.is_enabled else DRAIN_SECONDS


def _probe(path: str, *, period: int, failures: int) -> dict[str, Any]:
    return {
        "httpGet": {"path": path, "port": "http"},
        "periodSeconds": period,
        "timeoutSeconds": 2,
        "failureThreshold": failures,
    }

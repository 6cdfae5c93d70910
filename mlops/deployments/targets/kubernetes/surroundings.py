"""What stands around the pods: Service, autoscaler, disruption budget, network policy, registry credentials."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from mlops.deployments.targets.kubernetes.marks import labels, notes, selector
from mlops.deployments.targets.kubernetes.pods import secret_name
from mlops.deployments.targets.kubernetes.wanted import Workload

SERVICE_PORT = 80
SERVICE_TYPES = {"cluster": "ClusterIP", "load_balancer": "LoadBalancer", "node_port": "NodePort"}


def service(wanted: Workload) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "type": SERVICE_TYPES[wanted.expose],
        "selector": selector(wanted),
        "ports": [{"name": "http", "port": SERVICE_PORT, "targetPort": "http", "protocol": "TCP"}],
    }
    if wanted.expose == "load_balancer" and wanted.options.source_ranges:
        spec["loadBalancerSourceRanges"] = list(wanted.options.source_ranges)
    return {"apiVersion": "v1", "kind": "Service", "metadata": _metadata(wanted), "spec": spec}


def autoscaler(wanted: Workload) -> dict[str, Any] | None:
    """Up at once and down after a minute, as the yardstick's scaler does; it measures processors, not busy replicas."""
    scale = wanted.settings.scale
    if scale is None:
        return None
    cpu = {"type": "Utilization", "averageUtilization": max(1, round(scale.target_utilization * 100))}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": _metadata(wanted),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": wanted.object},
            "minReplicas": scale.least_instances,
            "maxReplicas": scale.most_instances,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": cpu}}],
            "behavior": {
                "scaleUp": {"stabilizationWindowSeconds": 0},
                "scaleDown": {"stabilizationWindowSeconds": 60},
            },
        },
    }


def disruption_budget(wanted: Workload) -> dict[str, Any]:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _metadata(wanted),
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": selector(wanted)}},
    }


def network_policy(wanted: Workload) -> dict[str, Any]:
    """Only the server's own port lets something in; nothing goes out unless it may call out."""
    rule: dict[str, Any] = {"ports": [{"port": "http", "protocol": "TCP"}]}
    if wanted.options.source_ranges:
        rule["from"] = [{"ipBlock": {"cidr": cidr}} for cidr in wanted.options.source_ranges]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata(wanted),
        "spec": {
            "podSelector": {"matchLabels": selector(wanted)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [rule],
            "egress": [{}] if wanted.options.may_call_out else [],
        },
    }


def registry_secret(wanted: Workload) -> dict[str, Any] | None:
    if wanted.login is None:
        return None
    login = wanted.login
    auth = base64.b64encode(f"{login.user}:{login.password}".encode()).decode()
    content = {"auths": {login.server: {"username": login.user, "password": login.password, "auth": auth}}}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": _metadata(wanted) | {"name": secret_name(wanted)},
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": base64.b64encode(msgspec.json.encode(content)).decode()},
    }


def _metadata(wanted: Workload) -> dict[str, Any]:
    return {
        "name": wanted.object,
        "namespace": wanted.namespace,
        "labels": labels(wanted),
        "annotations": notes(wanted),
    }

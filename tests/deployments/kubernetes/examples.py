"""A workload and a route to begin from."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.deployments.targets.kubernetes.wanted import GatewayRoute, KubernetesOptions, RegistryLogin, Workload
from mlops.formats.deployment import DeploymentSettings, Scale

IMAGE = "registry.local:5000/prices@sha256:" + "a" * 64
LOGIN = RegistryLogin(server="registry.local:5000", user="robot", password="s3cret")


def workload(options: dict[str, Any] | None = None, login: RegistryLogin | None = None, **changes: Any) -> Workload:
    own = {name: changes.pop(name) for name in list(changes) if name in Workload.__struct_fields__}
    plain = Workload(
        id="2f6c6a2e-0000-4000-8000-000000000001",
        endpoint_id="2f6c6a2e-0000-4000-8000-0000000000ee",
        project="house-prices",
        endpoint="Prices",
        name="blue",
        revision=3,
        model="prices:7",
        image=IMAGE,
        namespace="scoring",
        settings=DeploymentSettings(**{"target": "kubernetes", "cpus": 0.5, "memory_bytes": 512 * 2**20, **changes}),
        options=KubernetesOptions(**(options or {})),
        login=login,
        provenance={"run": "0042", "commit": "3e84573"},
    )
    return msgspec.structs.replace(plain, **own)


def full() -> Workload:
    return workload(
        {"source_ranges": ("10.0.0.0/8",), "node_selector": {"pool": "gpu"}, "priority_class": "high"},
        LOGIN,
        scale=Scale(least_instances=2, most_instances=5),
        gpus=1,
        variables={"LOG_LEVEL": "debug"},
        expose="load_balancer",
    )


def route(**changes: Any) -> GatewayRoute:
    plain = GatewayRoute(
        endpoint_id="2f6c6a2e-0000-4000-8000-0000000000ee",
        project="house-prices",
        endpoint="Prices",
        namespace="scoring",
        gateway="public",
        gateway_namespace="infra",
        hostname="models.example.org",
        weights={"blue": 90, "green": 10},
        services={"blue": ("prices-blue", 80), "green": ("prices-green", 80)},
    )
    return msgspec.structs.replace(plain, **changes)

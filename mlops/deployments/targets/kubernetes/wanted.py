"""What Kubernetes has to know of a deployment and of its endpoint. Plain values: manifests are made of nothing else."""

from __future__ import annotations

from typing import Literal

import msgspec

from mlops.clusters.kubernetes.names import object_name
from mlops.formats.deployment import DeploymentSettings

Exposure = Literal["cluster", "load_balancer", "node_port"]


class KubernetesOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `target_options` of a deployment on Kubernetes."""

    cluster: str = ""
    """Which of the clusters that an administrator set up; empty: the only one."""
    namespace: str = ""
    """Empty: the cluster's usual one."""
    expose: Exposure | None = None
    """How the router reaches the service: from within the cluster, through a load balancer, or through a port of the
    nodes. None: as the cluster is set up."""
    source_ranges: tuple[str, ...] = ()
    """Only these addresses (CIDR) reach the servers, such as the router's; empty: any that can reach the pods."""
    may_call_out: bool = False
    """Whether the servers may open connections: only an entry script has a reason to."""
    node_selector: dict[str, str] = {}
    gpu_resource: str = "nvidia.com/gpu"
    priority_class: str = ""
    port: int = 5001
    """Where the server in the image listens; only an image of one's own has another one than ours."""


class RegistryLogin(msgspec.Struct, frozen=True, kw_only=True):
    server: str
    user: str
    password: str

    def __repr__(self) -> str:
        return f"RegistryLogin({self.server!r}, {self.user!r})"


class Workload(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of one deployment."""

    id: str
    """Of the deployment; its objects are named and found by it."""
    endpoint_id: str
    project: str
    endpoint: str
    name: str
    revision: int
    model: str
    """`name:version`."""
    image: str
    namespace: str
    settings: DeploymentSettings
    options: KubernetesOptions = KubernetesOptions()
    expose: Exposure = "cluster"
    port: int = 5001
    studio: str = ""
    """Which installation of ours made it: another one on the same cluster leaves it alone."""
    login: RegistryLogin | None = None
    provenance: dict[str, str] = {}
    """Annotations: run, commit, who deployed it."""

    @property
    def object(self) -> str:
        return object_name(self.endpoint, self.name, id=self.id)


class Mirror(msgspec.Struct, frozen=True, kw_only=True):
    deployment: str
    percent: int


class GatewayRoute(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint's traffic, split by a Gateway of the cluster instead of by our router."""

    endpoint_id: str
    project: str
    endpoint: str
    namespace: str
    gateway: str
    gateway_namespace: str = ""
    hostname: str = ""
    weights: dict[str, int]
    """Percent by deployment."""
    services: dict[str, tuple[str, int]]
    """Deployment to the name and port of its service."""
    mirrors: tuple[Mirror, ...] = ()
    studio: str = ""
    timeout_seconds: float = 60.0

    @property
    def object(self) -> str:
        return object_name(self.project, self.endpoint, id=self.endpoint_id)

    @property
    def path(self) -> str:
        return f"/endpoints/{self.project}/{self.endpoint}"

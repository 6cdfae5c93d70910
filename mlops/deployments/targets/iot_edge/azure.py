"""A deployment as a module of Azure's IoT Edge runtime, among the modules and routes that its options name.

The image is the one that `mlops model package` makes; as a module it starts with the bridge to the hub."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.deployments.targets.iot_edge.options import read_options
from mlops.deployments.targets.iot_edge.wanted import EdgeDeployment, Module, chain
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.placement import PLACEMENT_VARIABLE, Placement
from mlops.formats.serving import RequestLimits
from mlops.packaging.images.building import PLACE, PORT

NO_IMAGE = "name-your-image-in-the-settings:0"
USUAL: dict[str, Any] = {
    "Cmd": ["-m", "mlops.scoring.edge_module", "--folder", f"/{PLACE}", "--port", str(PORT)],
    "ExposedPorts": {f"{PORT}/tcp": {}},
    "HostConfig": {
        "ReadonlyRootfs": True,
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges"],
        "Tmpfs": {"/tmp": "size=64m"},  # noqa: S108  # nosec B108
    },
}


def edge_deployment(wanted: DeploymentSettings, *, name: str, model: str) -> EdgeDeployment:
    """`name`: the deployment's. Raises Refusal where the options cannot be read."""
    azure = read_options(wanted.target_options).azure
    host = {**USUAL["HostConfig"], "Memory": wanted.memory_bytes, "NanoCpus": round(wanted.cpus * 1e9)}
    ours = Module(
        name=azure.module or name,
        image=wanted.image or NO_IMAGE,
        create_options=azure.create_options or {**USUAL, "HostConfig": host},
        environment={**wanted.variables, PLACEMENT_VARIABLE: _placement(wanted, name)},
        restart_policy=azure.restart_policy,
        startup_order=azure.startup_order,
        version=model.partition(":")[2],
        desired=azure.desired,
    )
    modules = (*azure.before, ours, *azure.after)
    return EdgeDeployment(modules=_ordered(modules), routes=azure.routes or chain(*modules))


def _placement(wanted: DeploymentSettings, name: str) -> str:
    """What the server is told of itself; an image belongs to no deployment."""
    limits = RequestLimits(
        timeout_seconds=wanted.timeout_seconds, queue_wait_seconds=wanted.queue_wait_seconds, queue=wanted.queue
    )
    placement = Placement(deployment=name, limits=limits, variables=wanted.variables)
    return msgspec.json.encode(placement).decode()


def _ordered(modules: tuple[Module, ...]) -> tuple[Module, ...]:
    """Those that hand messages on start after those that take them, unless they say otherwise."""
    if len(modules) == 1 or any(one.startup_order is not None for one in modules):
        return modules
    last = len(modules)
    return tuple(msgspec.structs.replace(one, startup_order=last - place) for place, one in enumerate(modules))

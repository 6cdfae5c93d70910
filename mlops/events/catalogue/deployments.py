"""Events of deployments behind real-time endpoints, and of the devices that run them."""

from __future__ import annotations

from typing import Annotated, Any

from mlops.events.catalogue.described import Data, EventType, ModelName, Tags, said


class Written(Data, kw_only=True):
    """Of a revision."""

    model: ModelName
    entry: Annotated[str, said("What answers: `onnx`, `native` or `script`.")]
    revision: int


class Updated(Data, kw_only=True):
    """A revision, or settings that need none."""

    model: ModelName = ""
    entry: str = ""
    revision: int = 0
    before: int = 0
    after: int = 0
    changed: Annotated[dict[str, Any], said("Setting to what it was and what it is.")] = {}
    restored: int = 0


class Scaled(Data, kw_only=True):
    before: Annotated[int, said("How many instances there were.")]
    after: int
    changed: Annotated[dict[str, Any], said("Other settings that changed along.")] = {}
    busy: Annotated[float, said("How many requests were under way at once.")] = 0.0
    per_server: Annotated[float, said("How many one instance takes at once.")] = 0.0


class Felt(Data, kw_only=True):
    """How a deployment is now."""

    endpoint: str
    deployment: str
    state: Annotated[str, said("`healthy`, `unhealthy` or `failed`.")]
    target: Annotated[str, said("`process`, `docker`, `kubernetes` or `iot_edge`.")]
    models: Annotated[list[ModelName], said("The model versions that it serves.")]
    revision: int
    tags: Annotated[Tags, said("The endpoint's tags.")]


class Enrolled(Data, kw_only=True):
    platform: str


class Removed(Data, kw_only=True):
    requests: Annotated[int, said("How many it had answered.")]


DEPLOYMENT, DEVICE = "endpoints/{endpoint}/{deployment}", "endpoints/{endpoint}/{deployment}/devices/{name}"

TYPES = (
    EventType("mlops.deployment.created", "Deployment created", "A model version is to be served.", DEPLOYMENT,
              Written),
    EventType("mlops.deployment.updated", "Deployment updated", "It gets a new revision, or other settings.",
              DEPLOYMENT, Updated),
    EventType("mlops.deployment.scaled", "Deployment scaled", "The number of instances changes, by hand or by load.",
              DEPLOYMENT, Scaled),
    EventType("mlops.deployment.healthy", "Deployment healthy", "A new revision answers for the first time.",
              DEPLOYMENT, Felt),
    EventType("mlops.deployment.failed", "Deployment failed", "A revision could not be started; the reason says why.",
              DEPLOYMENT, Felt),
    EventType("mlops.deployment.unhealthy", "Deployment unhealthy", "One that answered before does not any more.",
              DEPLOYMENT, Felt),
    EventType("mlops.deployment.recovered", "Deployment recovered", "One that was unhealthy answers again.",
              DEPLOYMENT, Felt),
    EventType("mlops.deployment.deleted", "Deployment deleted", "It is taken away.", DEPLOYMENT, Written),
    EventType("mlops.device.enrolled", "Device enrolled", "A device may fetch and report.", DEVICE, Enrolled),
    EventType("mlops.device.token_renewed", "Device token renewed", "Its old token is worth nothing.", DEVICE),
    EventType("mlops.device.removed", "Device removed", "A device is forgotten.", DEVICE, Removed),
)  # fmt: skip

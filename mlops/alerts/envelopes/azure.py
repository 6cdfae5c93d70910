"""The five event types that Azure ML documents, with its names and its casing, made from ours.

Types, subjects and members as in its Event Grid schema; ours that have no counterpart there are not sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mlops.alerts.envelopes.cloudevents import time_of
from mlops.events.models import Event

PREFIX = "Microsoft.MachineLearningServices."
TYPES = tuple(
    PREFIX + name
    for name in ("ModelRegistered", "ModelDeployed", "RunCompleted", "RunStatusChanged", "DatasetDriftDetected")
)
HEADERS = {"aeg-event-type": "Notification"}
WORKSPACE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mlops-studio"
    "/providers/Microsoft.MachineLearningServices/workspaces/"
)
COMPUTE = {"kubernetes": "AKS", "docker": "ACI", "process": "Local", "iot_edge": "IoTEdge"}
STATUS = {
    "mlops.run.submitted": "NotStarted",
    "mlops.run.started": "Running",
    "mlops.run.failed": "failed",
    "mlops.run.cancelled": "Canceled",
}
"""`failed` as it was observed there; Event Grid's filters take no notice of case."""


@dataclass(frozen=True)
class Mapped:
    type: str
    subject: str
    data: dict[str, Any]


def mapped(event: Event) -> Mapped | None:
    """None for other types, and for events of an earlier version that lack a member."""
    make = _MAKERS.get(event.type)
    try:
        return make(event) if make else None
    except KeyError:
        return None


def cloud_event(event: Event, mapped: Mapped) -> dict[str, Any]:
    return {
        "source": topic(event),
        "subject": mapped.subject,
        "type": mapped.type,
        "time": time_of(event),
        "id": str(event.id),
        "data": mapped.data,
        "specversion": "1.0",
    }


def grid_event(event: Event, mapped: Mapped) -> dict[str, Any]:
    return {
        "topic": topic(event),
        "subject": mapped.subject,
        "eventType": mapped.type,
        "eventTime": time_of(event),
        "id": str(event.id),
        "data": mapped.data,
        "dataVersion": "",
        "metadataVersion": "1",
    }


def topic(event: Event) -> str:
    """The resource id of the workspace: the project stands for it."""
    return WORKSPACE + (event.project.slug if event.project else "mlops-studio")


def _registered(event: Event) -> Mapped:
    data = event.data
    told = {
        "ModelName": data["name"],
        "ModelVersion": data["version"],
        "ModelTags": data["tags"],
        "ModelProperties": data["properties"],
    }
    return Mapped(PREFIX + "ModelRegistered", f"models/{data['name']}:{data['version']}", told)


def _deployed(event: Event) -> Mapped:
    data = event.data
    told = {
        "ServiceName": data["endpoint"],
        "ServiceComputeType": COMPUTE.get(data["target"], data["target"]),
        "ModelIds": ",".join(data["models"]),
        "ServiceTags": data["tags"],
        "ServiceProperties": {"deployment": data["deployment"], "revision": str(data["revision"])},
    }
    return Mapped(PREFIX + "ModelDeployed", f"endpoints/{data['endpoint']}", told)


def _run(event: Event) -> Mapped:
    data = event.data
    told = {
        "experimentId": data["experiment_id"],
        "experimentName": data["experiment"],
        "runId": data["run_id"],
        "runType": "azureml.PipelineRun",
        "runTags": data.get("tags", {}),
        "runProperties": data.get("properties", {}),
    }
    subject = f"experiments/{data['experiment_id']}/runs/{data['run_id']}"
    status = STATUS.get(event.type)
    if status is None:
        return Mapped(PREFIX + "RunCompleted", subject, told)
    return Mapped(PREFIX + "RunStatusChanged", subject, {**told, "runStatus": status})


def _drift(event: Event) -> Mapped:
    data = event.data
    told = {
        "DataDriftId": data["monitor_id"],
        "DataDriftName": data["monitor"],
        "RunId": str(data["run"]),
        "BaseDatasetId": data["baseline"],
        "TargetDatasetId": data.get("dataset") or data["target"],
        "DriftCoefficient": data["magnitude"],
        "StartTime": data["start"],
        "EndTime": data["end"],
    }
    return Mapped(PREFIX + "DatasetDriftDetected", f"datadrift/{data['monitor_id']}/run/{data['run']}", told)


def _tested(event: Event) -> Mapped:
    """A test has the form of the first type, and says that it is one."""
    told = {
        "ModelName": "test",
        "ModelVersion": 1,
        "ModelTags": {"test": "true"},
        "ModelProperties": {"subscription": event.data["name"]},
    }
    return Mapped(PREFIX + "ModelRegistered", "models/test:1", told)


_MAKERS: dict[str, Callable[[Event], Mapped]] = {
    "mlops.model.registered": _registered,
    "mlops.deployment.healthy": _deployed,
    "mlops.run.completed": _run,
    "mlops.monitor.drift_detected": _drift,
    "mlops.subscription.tested": _tested,
    **dict.fromkeys(STATUS, _run),
}

OURS = tuple(name for name in _MAKERS if name != "mlops.subscription.tested")
"""The types of ours that have a form there."""

"""The settings of a deployment: where it runs, on what, how much, and how patiently. One value for the wizard, REST,
the command line and YAML; each revision keeps its own, so that two of them can be compared and an old one restored."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from mlops.formats.collection import CollectionSettings
from mlops.formats.definition import Requirements

GIGABYTE = 1024**3


class Scale(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Instances follow the load. Utilization is busy over possible requests, 0-1, as Azure's scaler has it."""

    least_instances: int = 1
    most_instances: int = 10
    target_utilization: float = 0.7
    """More instances are started above it, and stopped below it."""
    polling_seconds: float = 1.0


class DeploymentSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a deployment is beside its name, model version and entry. Every field has a usual value."""

    target: str = "process"
    """process, docker, kubernetes or iot_edge."""
    target_options: dict[str, Any] = {}
    """The target's own, such as the engine or the namespace; the target checks them."""
    instances: int = 1
    """How many servers; the first number of them where `scale` is given."""
    scale: Scale | None = None
    cpus: float = 1.0
    """Processors of each instance."""
    memory_bytes: int = GIGABYTE
    """Of each instance."""
    onnx_form: str = ""
    """Of the entry onnx: a form that was made of it on request (optimised, int8, float16); empty: the ONNX form."""
    gpus: int = 0
    providers: tuple[str, ...] = ()
    """ONNX Runtime's execution providers in order of preference, such as cuda, cpu. Empty: the processor."""
    method: Literal["predict", "predict_proba"] = "predict"
    """What a classifier that was not trained here answers where a call does not say it."""
    models: tuple[str, ...] = ()
    """Further model versions in the same server, `name:version`; of another project that offers them
    `owner/name:version`."""
    ensemble: Literal["", "mean", "vote"] = ""
    """All models answer as one; empty: each by its name, the deployment's own where none is named."""
    weights: tuple[float, ...] = ()
    """Of an ensemble, one a model with the deployment's own first; empty: equal."""
    timeout_seconds: float = 60.0
    """Beyond it a request is answered 504."""
    queue_wait_seconds: float = 0.5
    """Beyond it a waiting request is answered 503."""
    queue: int = 256
    """How many requests may wait in one instance."""
    most_concurrent: int | None = None
    """Requests that one instance has in hand at once; none: as many as the engine takes."""
    environment: str = ""
    """A name for it, as its author wrote it; `requirements` say what is in it. `server`: the server's own, also for
    a model that names packages itself."""
    requirements: Requirements = Requirements()
    """Packages and Python of the entry script or model. Empty: those that the model names (MLflow's format), else the
    server's own."""
    variables: dict[str, str] = {}
    """Environment variables of the entry script."""
    image: str = ""
    """An image of one's own, instead of one that is built."""
    collection: CollectionSettings = CollectionSettings()
    """What of the calls is kept."""
    description: str = ""
    tags: dict[str, str] = {}


def changes(before: DeploymentSettings, after: DeploymentSettings) -> dict[str, tuple[Any, Any]]:
    """Field to (before, after), of those that differ, as plain values."""
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    return {name: (old[name], new[name]) for name in new if old[name] != new[name]}

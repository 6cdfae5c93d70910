"""The data plane's files: what a scoring server serves, what the router routes, what must be running."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from mlops.formats.model import Signature

SERVING_FILE = "serving.json"

Entry = Literal["onnx", "native", "script"]


class GoldenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded request and its answer: the server is ready only when it still gives that answer."""

    rows: tuple[dict[str, Any], ...]
    predictions: tuple[dict[str, Any], ...]
    tolerance: float = 1e-4


class RequestLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Beyond `queue_wait_seconds` a request is answered 503 with Retry-After, beyond `timeout_seconds` 504."""

    body_bytes: int = 16 * 1024 * 1024
    rows: int = 10_000
    queue: int = 256
    queue_wait_seconds: float = 0.5
    timeout_seconds: float = 60.0


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """`serving.json` in a server's folder. Paths are relative to that folder.

    onnx: `onnx/model.onnx` and `model/mlops_model.json`; native: `model/` through a child process;
    script: `script` with init() and run(data), in a child process with AZUREML_MODEL_DIR and MLOPS_MODEL_DIR
    set to `model/`."""

    entry: Entry
    endpoint: str
    deployment: str
    model: str
    """`name:version`."""
    signature: Signature | None
    task: str = ""
    classes: tuple[str, ...] = ()
    script: str = ""
    golden: tuple[GoldenRequest, ...] = ()
    limits: RequestLimits = RequestLimits()
    threads: int = 1
    cors_origins: tuple[str, ...] = ()


class Backend(msgspec.Struct, frozen=True, kw_only=True):
    """One running server of a deployment, e.g. `http://127.0.0.1:9001`."""

    url: str


class DeploymentRoute(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    backends: tuple[Backend, ...]
    weight: float = 0.0
    """Percent of the traffic, 0-100. The remainder to 100 goes to the endpoint's default."""
    timeout_seconds: float = 60.0


class EndpointRoute(msgspec.Struct, frozen=True, kw_only=True):
    """`key_digests`: SHA-256 (hexadecimal) of the keys that may call; empty with `auth_enabled` means nobody."""

    id: str
    name: str
    project: str
    """The project's slug. The scoring URI's path is /endpoints/<project>/<name>/score."""
    deployments: tuple[DeploymentRoute, ...]
    default: str = ""
    auth_enabled: bool = True
    key_digests: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()


class RoutingTable(msgspec.Struct, frozen=True, kw_only=True):
    revision: int
    endpoints: tuple[EndpointRoute, ...]


class ServerProcess(msgspec.Struct, frozen=True, kw_only=True):
    """A scoring server that the process target wants running.

    A changed `revision` means: start the new server, then stop the old."""

    id: str
    folder: str
    port: int
    revision: int
    memory_bytes: int | None = None
    cpus: float | None = None


class ServingPlan(msgspec.Struct, frozen=True, kw_only=True):
    """`serving-plan.json`: all that the process supervisor has to keep alive."""

    servers: tuple[ServerProcess, ...]


class ServerState(msgspec.Struct, frozen=True, kw_only=True):
    """What the supervisor reports of one server, in `serving-state.json`."""

    id: str
    revision: int
    pid: int | None
    state: Literal["starting", "ready", "unhealthy", "crashed", "stopped"]
    reason: str
    since: float
    restarts: int = 0


class ServingState(msgspec.Struct, frozen=True, kw_only=True):
    servers: tuple[ServerState, ...]


LATENCY_BOUNDS: tuple[float, ...] = (
    0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03,
    0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0,
)  # fmt: skip
"""Upper bounds in seconds of the router's latency buckets; one more bucket counts what is above the last."""


class DeploymentCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Cumulative since the router started. `latency_counts` has len(LATENCY_BOUNDS) + 1 entries."""

    endpoint: str
    """EndpointRoute.id."""
    deployment: str
    requests: int
    errors: int
    refused: int
    seconds_sum: float
    latency_counts: tuple[int, ...]
    in_flight: int = 0


class RouterStats(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of GET /-/stats. `started` (Unix seconds) names the router's life: counters restart with it."""

    started: float
    table_revision: int
    deployments: tuple[DeploymentCounts, ...]

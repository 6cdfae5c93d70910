"""The data plane's files: what a scoring server serves, what the router routes, what must be running."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from mlops.formats.collection import Collecting
from mlops.formats.model import Signature

SERVING_FILE = "serving.json"
FEED_PATH = "/feeds/routing/"
"""Where the control plane hands the routing table to routers on machines of their own."""

Entry = Literal["onnx", "native", "script", "mlflow", "several"]
Framework = Literal["", "sklearn", "lightgbm", "xgboost"]
Method = Literal["predict", "predict_proba"]


class GoldenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded request and its answer: the server is ready only when it still gives that answer."""

    rows: tuple[dict[str, Any], ...]
    predictions: tuple[dict[str, Any], ...]
    tolerance: float = 1e-4


class Ensemble(msgspec.Struct, frozen=True, kw_only=True):
    """How the answers of several models become one. mean: numbers and probabilities, by weight; vote: labels."""

    method: Literal["mean", "vote"]
    weights: tuple[float, ...] = ()
    """One a model, in order; empty: equal."""


class RequestLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Beyond `queue_wait_seconds` a request is answered 503 with Retry-After, beyond `timeout_seconds` 504."""

    body_bytes: int = 16 * 1024 * 1024
    rows: int = 10_000
    queue: int = 256
    concurrent: int | None = None
    """Requests that are scored at once at most; none: as many as the engine takes in one turn."""
    queue_wait_seconds: float = 0.5
    timeout_seconds: float = 60.0


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """`serving.json` in a server's folder. Paths are relative to that folder.

    onnx: `onnx/model.onnx` and `model/mlops_model.json`, or any graph by its path `graph`; native: `model/` through a
    child process, which holds a model of ours, or a file of `framework`; mlflow: `model/` in MLflow's format;
    script: `script` with init() and run(data), in a child process with AZUREML_MODEL_DIR and MLOPS_MODEL_DIR
    set to `model/` (where it uses several models: `model/<name>/<version>/`); several: each of `models` is such a
    folder of its own."""

    entry: Entry
    endpoint: str
    deployment: str
    model: str
    """`name:version`."""
    signature: Signature | None
    task: str = ""
    classes: tuple[str, ...] = ()
    graph: str = ""
    """Of an ONNX file that was not converted here, such as `model/model.onnx`."""
    framework: Framework = ""
    """Of a model's file that was not trained here."""
    method: Method = "predict"
    """What a classifier answers where the request does not say it by `method`."""
    providers: tuple[str, ...] = ()
    """ONNX Runtime's execution providers in order of preference, such as cuda, cpu; empty: the processor."""
    models: tuple[str, ...] = ()
    """Of the entry several: folders below this one, each with its serving.json. The first answers what names none."""
    ensemble: Ensemble | None = None
    """All of `models` answer together."""
    script: str = ""
    code: str = ""
    """The folder that the script's imports start at, such as `code`; empty: the script's own."""
    model_folder: str = ""
    """The name of the folder that the model was registered from: a script may look for its files below that too."""
    python: str = ""
    """The interpreter of the model's own environment, for child processes; empty: the server's."""
    variables: dict[str, str] = {}
    """Environment variables of child processes."""
    workers: int = 1
    """Child processes that hold the model: as many requests are scored at once."""
    golden: tuple[GoldenRequest, ...] = ()
    limits: RequestLimits = RequestLimits()
    threads: int = 1
    cors_origins: tuple[str, ...] = ()
    collection: Collecting | None = None
    """What of the calls is kept, and where; None: nothing."""


class Backend(msgspec.Struct, frozen=True, kw_only=True):
    """One running server of a deployment, e.g. `http://127.0.0.1:9001` or `https://host/prefix`: on any machine."""

    url: str


class DeploymentRoute(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    backends: tuple[Backend, ...]
    weight: float = 0.0
    """Percent of the traffic, 0-100. The remainder to 100 goes to the endpoint's default."""
    mirror: float = 0.0
    """Percent of the endpoint's requests that are also sent here; what is answered is counted and thrown away."""
    timeout_seconds: float = 60.0
    wait_seconds: float = 2.0
    """How long a request that reached no server waits for one to come up."""
    is_idempotent: bool = True
    """Scoring the same request twice does no harm: one whose connection broke before any answer is sent once more."""


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """A token, or a key in its time of grace: what may call beside the endpoint's keys."""

    id: str
    digest: str
    """SHA-256, hexadecimal."""
    name: str = ""
    expires_at: float | None = None
    """Unix seconds."""
    deployments: tuple[str, ...] = ()
    """The only deployments that it may call; empty: all."""


class EndpointRoute(msgspec.Struct, frozen=True, kw_only=True):
    """`key_digests`: SHA-256 (hexadecimal) of the primary and the secondary key; with `auth_enabled` and neither
    these nor credentials nobody may call."""

    id: str
    name: str
    project: str
    """The project's slug. The scoring URI's path is /endpoints/<project>/<name>/score."""
    deployments: tuple[DeploymentRoute, ...]
    default: str = ""
    control: str = ""
    """The deployment that the others are compared with."""
    auth_enabled: bool = True
    key_digests: tuple[str, ...] = ()
    credentials: tuple[Credential, ...] = ()
    cors_origins: tuple[str, ...] = ()
    sticky_cookie: str = ""
    """Name of a cookie whose value keeps a caller at one deployment; given to callers that have none."""
    sticky_query: str = ""
    """Name of a query parameter that does the same."""
    record: int = 0
    """How many of the last scoring requests the router keeps, so that they can be replayed."""


class RoutingTable(msgspec.Struct, frozen=True, kw_only=True):
    revision: int
    endpoints: tuple[EndpointRoute, ...]


class ServerProcess(msgspec.Struct, frozen=True, kw_only=True):
    """A scoring server that the process target wants running; several may share an `id`, each with a port of its own.

    One that the plan stops naming ends once another of its `id` is ready, or none of its `id` is planned."""

    id: str
    """The deployment's."""
    folder: str
    port: int
    revision: int
    replica: int = 1
    """Which of the deployment's servers, from 1: names its log."""
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
    port: int = 0


class ServingState(msgspec.Struct, frozen=True, kw_only=True):
    servers: tuple[ServerState, ...]


LATENCY_BOUNDS: tuple[float, ...] = (
    0.0005, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.0125, 0.015, 0.02, 0.025, 0.03, 0.04,
    0.05, 0.06, 0.075, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 7.5,
    10.0, 20.0, 30.0, 60.0,
)  # fmt: skip
"""Upper bounds in seconds of the router's latency buckets; one more bucket counts what is above the last."""


class MirrorCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Of mirrored requests: nobody waited for these answers. `dropped` were not sent, for too many were under way."""

    requests: int = 0
    errors: int = 0
    refused: int = 0
    dropped: int = 0
    seconds_sum: float = 0.0
    latency_counts: tuple[int, ...] = ()


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
    statuses: dict[str, int] = {}
    """Answers by HTTP status."""
    queue_seconds: float = 0.0
    """How long requests waited for their turn at a server, together: of the `queued` whose server told it."""
    queued: int = 0
    in_flight: int = 0
    retries: int = 0
    """Attempts beyond the first."""
    mirrored: MirrorCounts = MirrorCounts()


class CredentialUse(msgspec.Struct, frozen=True, kw_only=True):
    """`credential`: a Credential's id, or `primary` or `secondary`."""

    endpoint: str
    credential: str
    requests: int
    last_used_at: float
    """Unix seconds."""


class RouterStats(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of GET /-/stats. `started` (Unix seconds) names the router's life: counters restart with it."""

    started: float
    table_revision: int
    deployments: tuple[DeploymentCounts, ...]
    credentials: tuple[CredentialUse, ...] = ()


class RequestSample(msgspec.Struct, frozen=True, kw_only=True):
    """One of the requests that the router answered last."""

    at: float
    """Unix seconds, when it was complete at the router."""
    request_id: str
    trace_id: str
    deployment: str
    method: str
    path: str
    status: int
    milliseconds: float
    """From there to the answer."""
    stages: dict[str, float]
    """Milliseconds by stage: `router` (until a server was asked), then what the server tells, such as `queue` and
    `score`, and `other` (the way there and back, reading and writing)."""
    backend: str = ""
    credential: str = ""
    attempts: int = 1
    request_bytes: int = 0
    answer_bytes: int = 0
    mirrored: bool = False
    code: str = ""
    """Of the router's own refusal."""


class RequestSamples(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of GET /-/requests?endpoint=ID: newest first."""

    requests: tuple[RequestSample, ...]

"""Profiling a model version: what is asked for, what was measured, and what follows from it."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Loop = Literal["closed", "open"]
Place = Literal["process", "docker"]
GIBIBYTE = 1024**3


class Prices(msgspec.Struct, frozen=True, kw_only=True):
    """What an hour of one core and of one GiB of memory costs."""

    core_hour: float = 0.04
    gb_hour: float = 0.005
    currency: str = "USD"

    def per_hour(self, cores: float, memory_bytes: int) -> float:
        return self.core_hour * cores + self.gb_hour * memory_bytes / GIBIBYTE


class ProfileOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Each pair of `cores` and `memory_bytes` is a server of its own; there each pair of `rows` (a request) and
    `concurrency` (clients that ask again as soon as they are answered) is measured for `point_seconds`."""

    cores: tuple[float, ...] = (1.0,)
    memory_bytes: tuple[int, ...] = (2 * GIBIBYTE,)
    concurrency: tuple[int, ...] = (1, 8, 32)
    rows: tuple[int, ...] = (1,)
    wanted_per_second: float | None = None
    """Requests per second that the service is meant to answer; None: as many as it can."""
    p99_target_ms: float = 100.0
    point_seconds: float = 3.0
    budget_seconds: float = 180.0
    path: str = "/score"
    place: Place = "process"
    prices: Prices = Prices()


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement. Latencies of the open loop count from the arrival of a request (so that a server that stalls
    cannot hide the requests which waited), those of the closed loop from the moment it was sent."""

    loop: Loop
    rows: int
    """Rows in a request; 0: as recorded."""
    clients: int
    """Of the closed loop; in the open loop the most connections that were open."""
    offered_per_second: float | None = None
    seconds: float
    total: int
    succeeded: int
    per_second: float
    """Requests answered well, a second."""
    mean_ms: float
    p50_ms: float
    p90_ms: float
    p95_ms: float
    p99_ms: float
    p999_ms: float
    most_ms: float
    cpu_cores: float
    """Cores that the server and its children kept busy, on average."""
    cpu_waiting: float
    """Share of the time in which it could have run and had no core (in a container: was throttled), 0-1."""
    rss_bytes: int
    """Most resident memory, of the server with its children."""
    load_cores: float
    """What the load generator itself used. Near 1 it, not the server, is the limit."""
    late_ms: float = 0.0
    """Of the open loop: how late 99 of 100 arrivals were at most, by the load generator's fault; part of no latency."""
    cost_per_million: float
    answers: dict[str, int] = {}
    """HTTP status to count, of the failed ones; `0`: no answer."""
    failure: str = ""
    """The first failed answer, in words."""

    @property
    def success_rate(self) -> float:
        return self.succeeded / self.total if self.total else 0.0


class Served(msgspec.Struct, frozen=True, kw_only=True):
    """One server of the sweep. `ended` says why it was not measured (any further); empty when all was."""

    cores: float
    memory_bytes: int
    cold_start_seconds: float = 0.0
    """From the start of the process until it is ready."""
    first_answer_ms: float = 0.0
    idle_rss_bytes: int = 0
    rss_bytes: int = 0
    has_own_cores: bool = True
    """False where the load generator had to share the server's cores."""
    points: tuple[Point, ...] = ()
    ended: str = ""

    @property
    def memory_gib(self) -> float:
        return round(self.memory_bytes / GIBIBYTE, 3)


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """`meets`: the target is met; else the nearest that was measured. `rule` says how it was chosen, in words."""

    meets: bool
    cores: float
    memory_bytes: int
    instances: int
    per_second: float
    """Requests per second to count on, of one instance; `p99_ms` was measured at 1.3 times as many arrivals."""
    capacity_per_second: float
    """The most that one instance answered, to clients that wait for each answer."""
    p99_ms: float
    cost_per_million: float
    timeout_seconds: float
    queue_wait_seconds: float
    rule: str
    advice: tuple[str, ...] = ()

    @property
    def memory_gib(self) -> float:
        return round(self.memory_bytes / GIBIBYTE, 3)


class ProfileReport(msgspec.Struct, frozen=True, kw_only=True):
    requests: str
    """Where the requests came from and how many different ones there were."""
    served: tuple[Served, ...]
    recommendation: Recommendation | None
    chosen: Point | None
    """What the recommendation was read from."""
    seconds: float
    ended: str = ""
    """Why not all was measured; empty when all was."""
    machine: str = ""
    versions: dict[str, str] = {}


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    share: float
    doing: str
    served: tuple[Served, ...] = ()


def members(*, name: str, state: str, order: ProfileOrder, **more: Any) -> dict[str, Any]:
    """What Azure's profile result says, by its names, of success and of failure alike. Memory in GiB."""
    return {
        "name": name,
        "state": state,
        "requestedCpu": max(order.cores),
        "requestedMemoryInGB": round(max(order.memory_bytes) / GIBIBYTE, 3),
        "requestedQueriesPerSecond": order.wanted_per_second or 0,
        **more,
    }


def measured_members(report: ProfileReport) -> dict[str, Any]:
    """The members of a success. Numbers are those of the recommended (else the nearest) setting under its load."""
    point, found = report.chosen, report.recommendation
    if point is None or found is None:
        return {}
    return {
        "maxUtilizedMemoryInGB": round(max(one.rss_bytes for one in report.served) / GIBIBYTE, 3),
        "maxUtilizedCpu": round(max(p.cpu_cores for one in report.served for p in one.points), 3),
        "totalQueries": point.total,
        "successQueries": point.succeeded,
        "successRate": round(100 * point.success_rate, 3),
        "averageLatencyInMs": round(point.mean_ms, 3),
        "latencyPercentile50InMs": round(point.p50_ms, 3),
        "latencyPercentile90InMs": round(point.p90_ms, 3),
        "latencyPercentile95InMs": round(point.p95_ms, 3),
        "latencyPercentile99InMs": round(point.p99_ms, 3),
        "latencyPercentile999InMs": round(point.p999_ms, 3),
        "measuredQueriesPerSecond": round(point.per_second, 2),
        "recommendedMemoryInGB": round(found.memory_bytes / GIBIBYTE, 3),
        "recommendedCpu": found.cores,
    }

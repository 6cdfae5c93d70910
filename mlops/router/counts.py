"""What the router counts for each deployment, as JSON for the product and as Prometheus text."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping

from mlops.formats.serving import LATENCY_BOUNDS, DeploymentCounts, MirrorCounts
from mlops.router.endpoints import Endpoint

_QUEUE = b"queue;dur="


class Counts:
    """Cumulative since the router started. Errors are answers of 500 and above, refusals those of 400 to 499."""

    __slots__ = ("dropped", "in_flight", "latency", "queue_seconds", "queued", "retries", "seconds", "statuses")

    def __init__(self) -> None:
        self.statuses: dict[int, int] = {}
        self.queue_seconds = 0.0
        self.queued = 0
        self.latency = [0] * (len(LATENCY_BOUNDS) + 1)
        self.seconds = 0.0
        self.in_flight = 0
        self.retries = 0
        self.dropped = 0

    def add(self, status: int, *, seconds: float, attempts: int = 1, timing: bytes = b"") -> None:
        """`timing`: the server's Server-Timing header, which tells first how long the request waited for its turn."""
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if timing.startswith(_QUEUE):
            self.queued += 1
            self.queue_seconds += _milliseconds(timing) / 1000
        self.latency[bisect_left(LATENCY_BOUNDS, seconds)] += 1
        self.seconds += seconds
        self.retries += max(attempts - 1, 0)

    @property
    def requests(self) -> int:
        return sum(self.statuses.values())

    def between(self, low: int, high: int) -> int:
        return sum(count for status, count in self.statuses.items() if low <= status < high)


class Tally:
    """Counts by endpoint id and deployment; `refused`: requests that reached no deployment, by endpoint and code."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], Counts] = {}
        self.refused: Counter[tuple[str, str]] = Counter()
        self._mirrored: dict[tuple[str, str], Counts] = {}

    def of(self, endpoint_id: str, deployment: str) -> Counts:
        key = (endpoint_id, deployment)
        return self.counts.get(key) or self.counts.setdefault(key, Counts())

    def mirrored(self, endpoint_id: str, deployment: str) -> Counts:
        key = (endpoint_id, deployment)
        return self._mirrored.get(key) or self._mirrored.setdefault(key, Counts())

    def frozen(self) -> tuple[DeploymentCounts, ...]:
        return tuple(
            DeploymentCounts(
                endpoint=endpoint,
                deployment=deployment,
                requests=counts.requests,
                errors=counts.between(500, 600),
                refused=counts.between(400, 500),
                statuses={str(status): count for status, count in counts.statuses.items()},
                queue_seconds=counts.queue_seconds,
                queued=counts.queued,
                seconds_sum=counts.seconds,
                latency_counts=tuple(counts.latency),
                in_flight=counts.in_flight,
                retries=counts.retries,
                mirrored=_mirrored(self._mirrored.get((endpoint, deployment))),
            )
            for (endpoint, deployment), counts in self.counts.items()
        )

    def prometheus(self, *, endpoints: Iterable[Endpoint], revision: int) -> str:
        lines = [*_head("mlops_router_table_revision", "gauge"), f"mlops_router_table_revision {revision}"]
        lines += _shares(endpoints)
        lines += _by_class("mlops_router_requests_total", self.counts)
        lines += _by_class("mlops_router_mirrored_total", self._mirrored)
        lines += _head("mlops_router_mirrors_dropped_total", "counter")
        lines += [
            f"mlops_router_mirrors_dropped_total{{{_labels(k)}}} {one.dropped}" for k, one in self._mirrored.items()
        ]
        lines += _head("mlops_router_retries_total", "counter")
        lines += [f"mlops_router_retries_total{{{_labels(key)}}} {one.retries}" for key, one in self.counts.items()]
        lines += _head("mlops_router_refused_total", "counter")
        for (endpoint, code), count in self.refused.items():
            lines.append(f'mlops_router_refused_total{{endpoint="{_escaped(endpoint)}",code="{code}"}} {count}')
        lines += _head("mlops_router_in_flight", "gauge")
        lines += [f"mlops_router_in_flight{{{_labels(key)}}} {entry.in_flight}" for key, entry in self.counts.items()]
        lines += _head("mlops_router_queue_seconds", "summary")
        for key, entry in self.counts.items():
            lines.append(f"mlops_router_queue_seconds_sum{{{_labels(key)}}} {entry.queue_seconds:.6f}")
            lines.append(f"mlops_router_queue_seconds_count{{{_labels(key)}}} {entry.queued}")
        lines += _histograms("mlops_router_seconds", self.counts)
        lines += _histograms("mlops_router_mirrored_seconds", self._mirrored)
        return "\n".join(lines) + "\n"


def _mirrored(counts: Counts | None) -> MirrorCounts:
    if counts is None:
        return MirrorCounts()
    return MirrorCounts(
        requests=counts.requests,
        errors=counts.between(500, 600),
        refused=counts.between(400, 500),
        dropped=counts.dropped,
        seconds_sum=counts.seconds,
        latency_counts=tuple(counts.latency),
    )


def _shares(endpoints: Iterable[Endpoint]) -> list[str]:
    """The percent in force; the role tells who is compared with whom."""
    lines = _head("mlops_router_share_percent", "gauge")
    for endpoint in endpoints:
        shares = {deployment.name: share for deployment, share in endpoint.shares}
        for deployment in endpoint.route.deployments:
            is_control = deployment.name == endpoint.route.control
            role = "control" if is_control else "mirror" if deployment.mirror else "treatment"
            labels = f'{_labels((endpoint.id, deployment.name))},role="{role}"'
            lines.append(f"mlops_router_share_percent{{{labels}}} {shares.get(deployment.name, 0):g}")
    return lines


def _by_class(name: str, counts: Mapping[tuple[str, str], Counts]) -> list[str]:
    return _head(name, "counter") + [
        f'{name}{{{_labels(key)},status="{hundreds}xx"}} {count}'
        for key, entry in counts.items()
        for hundreds in range(1, 6)
        if (count := entry.between(hundreds * 100, hundreds * 100 + 100))
    ]


def _histograms(name: str, counts: Mapping[tuple[str, str], Counts]) -> list[str]:
    lines = _head(name, "histogram")
    for key, entry in counts.items():
        lines += _histogram(name, _labels(key), entry)
    return lines


def _histogram(name: str, labels: str, entry: Counts) -> list[str]:
    lines = []
    below = 0
    for bound, count in zip(LATENCY_BOUNDS, entry.latency, strict=False):
        below += count
        lines.append(f'{name}_bucket{{{labels},le="{bound}"}} {below}')
    total = sum(entry.latency)
    return [
        *lines,
        f'{name}_bucket{{{labels},le="+Inf"}} {total}',
        f"{name}_sum{{{labels}}} {entry.seconds:.6f}",
        f"{name}_count{{{labels}}} {total}",
    ]


HELP = {
    "mlops_router_table_revision": "Of the routing table in force.",
    "mlops_router_share_percent": "Share of the endpoint's traffic that a deployment gets, 0-100.",
    "mlops_router_requests_total": "Answered requests by class of status.",
    "mlops_router_mirrored_total": "Copies of requests, whose answers nobody gets, by class of status.",
    "mlops_router_mirrors_dropped_total": "Copies that were not sent, for too many were under way.",
    "mlops_router_retries_total": "Attempts beyond the first.",
    "mlops_router_refused_total": "Requests that reached no deployment, by code.",
    "mlops_router_in_flight": "Requests in hand.",
    "mlops_router_queue_seconds": "How long requests waited for their turn at a server, as it told.",
    "mlops_router_seconds": "Time to answer.",
    "mlops_router_mirrored_seconds": "Time to answer of copies.",
}


def _head(name: str, kind: str) -> list[str]:
    return [f"# HELP {name} {HELP[name]}", f"# TYPE {name} {kind}"]


def _milliseconds(timing: bytes) -> float:
    """Of the first entry."""
    try:
        return max(float(timing[len(_QUEUE) :].partition(b",")[0]), 0.0)
    except ValueError:
        return 0.0


def _labels(key: tuple[str, str]) -> str:
    return f'endpoint="{_escaped(key[0])}",deployment="{_escaped(key[1])}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

"""What the router counts for each deployment, as JSON for the product and as Prometheus text."""

from __future__ import annotations

from bisect import bisect_left

from mlops.formats.serving import LATENCY_BOUNDS, DeploymentCounts


class Counts:
    """Cumulative since the router started. Errors are answers of 500 and above, refusals those of 400 to 499."""

    __slots__ = ("classes", "in_flight", "latency", "seconds")

    def __init__(self) -> None:
        self.classes = [0, 0, 0, 0, 0]
        self.latency = [0] * (len(LATENCY_BOUNDS) + 1)
        self.seconds = 0.0
        self.in_flight = 0

    def add(self, status: int, *, seconds: float) -> None:
        self.classes[min(max(status // 100, 1), 5) - 1] += 1
        self.latency[bisect_left(LATENCY_BOUNDS, seconds)] += 1
        self.seconds += seconds

    def frozen(self, endpoint: str, deployment: str) -> DeploymentCounts:
        return DeploymentCounts(
            endpoint=endpoint,
            deployment=deployment,
            requests=sum(self.classes),
            errors=self.classes[4],
            refused=self.classes[3],
            seconds_sum=self.seconds,
            latency_counts=tuple(self.latency),
            in_flight=self.in_flight,
        )


def prometheus(counts: dict[tuple[str, str], Counts], *, refused: dict[tuple[str, str], int], revision: int) -> str:
    """`counts` by endpoint id and deployment; `refused`: requests that reached no deployment, by endpoint and code."""
    lines = ["# TYPE mlops_router_table_revision gauge", f"mlops_router_table_revision {revision}"]
    lines.append("# TYPE mlops_router_requests_total counter")
    for key, entry in counts.items():
        for index, count in enumerate(entry.classes):
            if count:
                lines.append(f'mlops_router_requests_total{{{_labels(key)},status="{index + 1}xx"}} {count}')
    lines.append("# TYPE mlops_router_refused_total counter")
    for (endpoint, code), count in refused.items():
        lines.append(f'mlops_router_refused_total{{endpoint="{_escaped(endpoint)}",code="{code}"}} {count}')
    lines.append("# TYPE mlops_router_in_flight gauge")
    lines += [f"mlops_router_in_flight{{{_labels(key)}}} {entry.in_flight}" for key, entry in counts.items()]
    lines.append("# TYPE mlops_router_seconds histogram")
    for key, entry in counts.items():
        lines += _histogram(_labels(key), entry)
    return "\n".join(lines) + "\n"


def _histogram(labels: str, entry: Counts) -> list[str]:
    lines = []
    below = 0
    for bound, count in zip(LATENCY_BOUNDS, entry.latency, strict=False):
        below += count
        lines.append(f'mlops_router_seconds_bucket{{{labels},le="{bound}"}} {below}')
    total = sum(entry.latency)
    return [
        *lines,
        f'mlops_router_seconds_bucket{{{labels},le="+Inf"}} {total}',
        f"mlops_router_seconds_sum{{{labels}}} {entry.seconds:.6f}",
        f"mlops_router_seconds_count{{{labels}}} {total}",
    ]


def _labels(key: tuple[str, str]) -> str:
    return f'endpoint="{_escaped(key[0])}",deployment="{_escaped(key[1])}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

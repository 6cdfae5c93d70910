"""Counts of one scoring server, and their Prometheus text."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

from mlops.formats.serving import LATENCY_BOUNDS
from mlops.scoring.footprint import footprint
from mlops.scoring.spool.writer import Spool


class Metrics:
    def __init__(self, *, model: str, deployment: str) -> None:
        self._labels = f'model="{_escaped(model)}",deployment="{_escaped(deployment)}"'
        self._statuses: Counter[int] = Counter()
        self._latency = [0] * (len(LATENCY_BOUNDS) + 1)
        self._seconds = 0.0
        self._rows = 0

    def count(self, status: int, *, seconds: float, rows: int) -> None:
        self._statuses[status] += 1
        self._latency[bisect_left(LATENCY_BOUNDS, seconds)] += 1
        self._seconds += seconds
        self._rows += rows

    def text(self, *, ready: bool, waiting: int, spool: Spool | None = None) -> str:
        labels = self._labels
        lines = ["# TYPE mlops_scoring_requests_total counter"]
        lines += [
            f'mlops_scoring_requests_total{{{labels},status="{status}"}} {count}'
            for status, count in sorted(self._statuses.items())
        ]
        lines += ["# TYPE mlops_scoring_rows_total counter", f"mlops_scoring_rows_total{{{labels}}} {self._rows}"]
        lines += ["# TYPE mlops_scoring_seconds histogram"]
        below = 0
        for bound, count in zip(LATENCY_BOUNDS, self._latency, strict=False):
            below += count
            lines.append(f'mlops_scoring_seconds_bucket{{{labels},le="{bound}"}} {below}')
        total = sum(self._latency)
        lines += [
            f'mlops_scoring_seconds_bucket{{{labels},le="+Inf"}} {total}',
            f"mlops_scoring_seconds_sum{{{labels}}} {self._seconds:.6f}",
            f"mlops_scoring_seconds_count{{{labels}}} {total}",
            "# TYPE mlops_scoring_waiting gauge",
            f"mlops_scoring_waiting{{{labels}}} {waiting}",
            "# TYPE mlops_scoring_ready gauge",
            f"mlops_scoring_ready{{{labels}}} {int(ready)}",
        ]
        own = footprint()
        lines += [
            "# TYPE process_cpu_seconds_total counter",
            f"process_cpu_seconds_total {own.cpu_seconds:.2f}",
            "# TYPE process_resident_memory_bytes gauge",
            f"process_resident_memory_bytes {own.memory_bytes}",
        ]
        if spool is not None:
            lines += [
                "# TYPE mlops_scoring_collected_total counter",
                f"mlops_scoring_collected_total{{{labels}}} {spool.written}",
                "# TYPE mlops_scoring_not_collected_total counter",
                f"mlops_scoring_not_collected_total{{{labels}}} {spool.lost}",
                "# TYPE mlops_scoring_spool_bytes gauge",
                f"mlops_scoring_spool_bytes{{{labels}}} {spool.used_bytes}",
            ]
        return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

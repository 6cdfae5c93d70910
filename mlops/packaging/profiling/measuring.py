"""From what a load heard to one measurement."""

from __future__ import annotations

from mlops.formats.profiling import Loop, Point
from mlops.packaging.profiling.load import Heard
from mlops.packaging.profiling.recommending import cost_per_million
from mlops.packaging.profiling.usage import Used


def point_of(
    heard: Heard,
    used: Used,
    *,
    loop: Loop,
    rows: int,
    load_cores: float,
    hourly: float,
    clients: int = 0,
    offered: float | None = None,
) -> Point:
    ordered = sorted(heard.latencies)
    per_second = len(ordered) / heard.seconds if heard.seconds else 0.0
    return Point(
        loop=loop,
        rows=rows,
        clients=clients or heard.connections,
        offered_per_second=offered,
        seconds=heard.seconds,
        total=len(ordered) + heard.failed,
        succeeded=len(ordered),
        per_second=per_second,
        mean_ms=1000 * sum(ordered) / len(ordered) if ordered else 0.0,
        p50_ms=percentile(ordered, 0.5),
        p90_ms=percentile(ordered, 0.9),
        p95_ms=percentile(ordered, 0.95),
        p99_ms=percentile(ordered, 0.99),
        p999_ms=percentile(ordered, 0.999),
        most_ms=percentile(ordered, 1.0),
        cpu_cores=used.cpu_cores,
        cpu_waiting=used.cpu_waiting,
        rss_bytes=used.rss_bytes,
        load_cores=load_cores,
        late_ms=1000 * heard.late_seconds,
        cost_per_million=cost_per_million(hourly, per_second),
        answers={str(status): count for status, count in sorted(heard.answers.items())},
        failure=heard.failure or heard.ended,
    )


def percentile(ordered: list[float], share: float) -> float:
    """Milliseconds within which this share of the requests was answered (nearest rank). `ordered`: ascending."""
    if not ordered:
        return 0.0
    rank = min(len(ordered), max(1, -(-round(share * len(ordered) * 1e6) // 1_000_000)))
    return 1000 * ordered[rank - 1]

"""What Prometheus is told, sent to an OpenTelemetry collector as well: the same families as OTLP metrics."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Any

from mlops.formats.prometheus import Family, Sample
from mlops.http.otlp import SCOPE, Address, Refused, address, attributes, nanoseconds, post, resource
from mlops.work.measuring import collected

CUMULATIVE = 2
"""OTLP's aggregation temporality."""


def send_metrics() -> bool:
    """Whether something was sent. What a collector does not take now is told anew, with newer values, the next time."""
    to: Address | None = address()
    if to is None:
        return False
    try:
        post(to, "/v1/metrics", request(collected(), now=time.time()))
    except Refused as refused:
        logging.getLogger(__name__).warning("Metrics are not taken: %s", refused)
        return False
    return True


def request(families: Iterable[Family], *, now: float) -> dict[str, Any]:
    """An ExportMetricsServiceRequest."""
    metrics = [_metric(one, now) for one in families if one.samples]
    scoped = [{"scope": SCOPE, "metrics": metrics}]
    return {"resourceMetrics": [{"resource": resource("mlops-studio"), "scopeMetrics": scoped}]}


def _metric(family: Family, now: float) -> dict[str, Any]:
    told: dict[str, Any] = {"name": family.name, "description": family.help}
    if family.kind == "histogram":
        return told | {"histogram": {"dataPoints": _histograms(family, now), "aggregationTemporality": CUMULATIVE}}
    points = [_point(one, now) for one in family.samples]
    if family.kind == "counter":
        return told | {
            "sum": {"dataPoints": points, "aggregationTemporality": CUMULATIVE, "isMonotonic": True},
        }
    return told | {"gauge": {"dataPoints": points}}


def _point(sample: Sample, now: float) -> dict[str, Any]:
    return {
        "attributes": attributes(sample.labels.items()),
        "timeUnixNano": nanoseconds(now),
        "asDouble": float(sample.value),
    }


def _histograms(family: Family, now: float) -> list[dict[str, Any]]:
    """Prometheus' buckets count all below; OTLP's each its own."""
    grouped: dict[tuple[tuple[str, str], ...], list[Sample]] = {}
    for sample in family.samples:
        labels = tuple((name, value) for name, value in sample.labels.items() if name != "le")
        grouped.setdefault(labels, []).append(sample)
    return [_histogram(labels, samples, now) for labels, samples in grouped.items()]


def _histogram(labels: tuple[tuple[str, str], ...], samples: list[Sample], now: float) -> dict[str, Any]:
    below = [sample for sample in samples if sample.suffix == "_bucket"]
    counts = [int(one.value - before) for one, before in zip(below, [0.0, *(b.value for b in below)], strict=False)]
    total = next((sample.value for sample in samples if sample.suffix == "_sum"), 0.0)
    return {
        "attributes": attributes(labels),
        "timeUnixNano": nanoseconds(now),
        "count": str(sum(counts)),
        "sum": float(total),
        "bucketCounts": [str(count) for count in counts],
        "explicitBounds": [float(one.labels["le"]) for one in below if one.labels["le"] != "+Inf"],
    }

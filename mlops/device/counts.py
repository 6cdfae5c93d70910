"""What a scoring server counted, read from its Prometheus text, and the difference between two looks."""

from __future__ import annotations

import re

import msgspec

LINE = re.compile(r"(mlops_scoring_\w+)\{(.*)\} ([0-9.eE+-]+)")
STATUS = re.compile(r'status="(\d+)"')


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    requests: int = 0
    errors: int = 0
    refused: int = 0
    rows: int = 0
    seconds_sum: float = 0.0


def read_counts(text: str) -> Counts:
    totals = {"requests": 0, "errors": 0, "refused": 0, "rows": 0}
    seconds = 0.0
    for name, labels, value in LINE.findall(text):
        if name == "mlops_scoring_requests_total":
            status = int((STATUS.findall(labels) or ["0"])[0])
            totals["requests"] += int(float(value))
            totals["errors"] += int(float(value)) if status >= 500 else 0
            totals["refused"] += int(float(value)) if 400 <= status < 500 else 0
        elif name == "mlops_scoring_rows_total":
            totals["rows"] += int(float(value))
        elif name == "mlops_scoring_seconds_sum":
            seconds = float(value)
    return Counts(**totals, seconds_sum=seconds)


def since(before: Counts, now: Counts) -> Counts:
    """A server that was started anew counts from nothing."""
    if now.requests < before.requests:
        return now
    return Counts(
        requests=now.requests - before.requests,
        errors=now.errors - before.errors,
        refused=now.refused - before.refused,
        rows=now.rows - before.rows,
        seconds_sum=max(0.0, now.seconds_sum - before.seconds_sum),
    )

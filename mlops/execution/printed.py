"""Metrics that a command prints to its log become metrics of its run, where nothing else tells them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count

from mlops.formats.printed import metrics_in
from mlops.formats.step import ProgressLine
from mlops.runs.models import Metric, Step


def with_printed(step: Step, news: Iterable[ProgressLine]) -> list[ProgressLine]:
    """`news` with a line of the kind `metric` after each that only tells numbers. The first of each name is said in
    the log. A metric that the script logs by itself is not told twice."""
    lines = list(news)
    keys = {key for line in lines for key in _told(line)}
    if not keys:
        return lines
    known = Metric.objects.filter(run=step.run_id, key__in=keys)
    logged = set(known.exclude(node=step.node).values_list("key", flat=True))
    counts = dict(known.filter(node=step.node).values_list("key").annotate(Count("pk")))
    found: list[ProgressLine] = []
    for line in lines:
        found.append(line)
        for key, value in _told(line).items():
            if key in logged:
                continue
            if key not in counts:
                found.append(ProgressLine(kind="log", at=line.at, text=f"“{key}” is kept as a metric, as printed."))
            place = counts[key] = counts.get(key, 0) + 1
            found.append(ProgressLine(kind="metric", at=line.at, key=key[:250], value=value, position=place - 1))
    return found


def _told(line: ProgressLine) -> dict[str, float]:
    return metrics_in(line.text) if line.kind == "log" and line.stream == "stdout" else {}

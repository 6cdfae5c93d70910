"""Metrics over the course of a run, thinned so that a long series is still drawn at once and keeps its peaks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from mlops.runs.models import LatestMetric, Metric, Run

MOST_READ = 50_000
"""Rows that are read for one series; of a longer one every n-th."""


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """One metric of one run, told by one step. Values that are no finite number are None."""

    run: str
    node: str
    key: str
    position: tuple[int, ...]
    at: tuple[float, ...]
    """Unix time in seconds."""
    value: tuple[float | None, ...]
    total: int
    """How many points there are in all."""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """The last value of a metric, and of how many."""

    key: str
    value: float | None
    special: str
    position: int
    at: datetime
    count: int


def measured(run: Run) -> list[Measured]:
    counts = dict(Metric.objects.filter(run=run).order_by().values_list("key").annotate(count=Count("pk")))
    return [
        Measured(
            key=row.key,
            value=row.value,
            special=row.special,
            position=row.position,
            at=row.at,
            count=counts.get(row.key, 0),
        )
        for row in LatestMetric.objects.filter(run=run).order_by("key")
    ]


def courses(runs: Sequence[Run], key: str, *, most: int = 1_000) -> list[Course]:
    """In the order of the runs; at most `most` points each. Where every point has the position 0, as when a script
    logs without one, their order is their position."""
    found = []
    for run in runs:
        points = Metric.objects.filter(run=run, key=key)
        total = points.count()
        by_node: dict[str, list[tuple[int, float, float | None]]] = defaultdict(list)
        for node, position, at, value in _rows(run, key, total):
            by_node[node].append((position, at.timestamp(), value))
        for node, rows in sorted(by_node.items()):
            placed = _placed(rows)
            thin = thinned(placed, most)
            found.append(
                Course(
                    run=str(run.pk),
                    node=node,
                    key=key,
                    position=tuple(row[0] for row in thin),
                    at=tuple(row[1] for row in thin),
                    value=tuple(row[2] for row in thin),
                    total=total if len(by_node) == 1 else len(rows),
                )
            )
    return found


def thinned(rows: Sequence[tuple[int, float, float | None]], most: int) -> Sequence[tuple[int, float, float | None]]:
    """The first and the last, and of each of equal stretches between them the least and the greatest value."""
    if len(rows) <= most:
        return rows
    inner, stretches = rows[1:-1], max((most - 2) // 2, 1)
    size = len(inner) / stretches
    kept = [rows[0]]
    for number in range(stretches):
        stretch = inner[int(number * size) : int((number + 1) * size)]
        known = [(row[2], place) for place, row in enumerate(stretch) if row[2] is not None]
        places = {min(known)[1], max(known)[1]} if known else {0}
        kept += [stretch[place] for place in sorted(places) if stretch]
    return [*kept, rows[-1]]


def _placed(rows: list[tuple[int, float, float | None]]) -> list[tuple[int, float, float | None]]:
    if len(rows) > 1 and all(row[0] == 0 for row in rows):
        return [(place, at, value) for place, (_zero, at, value) in enumerate(rows)]
    return rows


def _rows(run: Run, key: str, total: int) -> Iterable[tuple[str, int, datetime, float | None]]:
    points = Metric.objects.filter(run=run, key=key)
    order = ("position", "at", "pk")
    if total > MOST_READ:
        every = -(-total // MOST_READ)
        numbered = points.annotate(place=Window(RowNumber(), order_by=[F(name).asc() for name in order]))
        points = numbered.annotate(rest=F("place") % every).filter(rest=1)
    return points.order_by(*order).values_list("node", "position", "at", "value").iterator(chunk_size=5_000)

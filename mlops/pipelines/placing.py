"""Places for the nodes of a graph that nobody has drawn: rows by their distance from the start, few crossings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mlops.formats.document import Place
from mlops.formats.pipeline import Edge

ACROSS, DOWN, LEFT, TOP = 300.0, 130.0, 80.0, 60.0


def placed(nodes: Iterable[str], edges: Sequence[Edge]) -> dict[str, Place]:
    """Each node below all that feed it, as far down as what it feeds allows, near the middle of its neighbours."""
    names = list(nodes)
    fed_by: dict[str, list[str]] = {name: [] for name in names}
    feeds: dict[str, list[str]] = {name: [] for name in names}
    for edge in edges:
        fed_by[edge.target].append(edge.source)
        feeds[edge.source].append(edge.target)
    order = _in_order(names, fed_by)
    row: dict[str, int] = {}
    for name in order:
        row[name] = 1 + max((row[before] for before in fed_by[name] if before in row), default=-1)
    for name in reversed(order):
        if feeds[name] and not fed_by[name]:
            row[name] = min(row[after] for after in feeds[name]) - 1
    column: dict[str, float] = {}
    for name in sorted(order, key=lambda one: (row[one], order.index(one))):
        beside = [column[other] for other in fed_by[name] if other in column]
        wanted = sum(beside) / len(beside) if beside else 0.0
        taken = {column[other] for other in column if row[other] == row[name]}
        column[name] = _free(wanted, taken)
    left = min(column.values(), default=0.0)
    return {name: Place(x=LEFT + (column[name] - left) * ACROSS, y=TOP + row[name] * DOWN) for name in names}


def _in_order(names: list[str], fed_by: dict[str, list[str]]) -> list[str]:
    done: list[str] = []
    while len(done) < len(names):
        ready = [name for name in names if name not in done and all(one in done for one in fed_by[name])]
        if not ready:
            return done + [name for name in names if name not in done]  # a circle: as they come
        done += ready
    return done


def _free(wanted: float, taken: set[float]) -> float:
    """The column nearest to the wanted one in which no card of the row would overlap."""
    for distance in range(2 * len(taken) + 1):
        for sign in (1, -1):
            column = wanted + sign * distance * 0.5
            if all(abs(column - other) >= 1 for other in taken):
                return column
    return wanted

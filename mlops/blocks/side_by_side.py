"""Works on several things at once, in threads: what takes time in training leaves Python's lock alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from mlops.blocks.catalogue import component
from mlops.blocks.values import Table

MOST_CELLS_AT_ONCE = 50_000_000
THREADED = ("scikit-learn", "lightgbm", "xgboost")
"""Frameworks that train in several threads at once."""


Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(act: Callable[[Item], Result], items: Iterable[Item], *, workers: int) -> Iterator[Result]:
    """Results in the order of the items, whichever is done first. An error ends it at its place."""
    if workers < 2:
        yield from map(act, items)
        return
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="trial") as pool:
        yield from pool.map(act, items)


def workers_for(table: Table, learner: str) -> int:
    """As many as there are cores for this process; one where copies of the table would take much memory, and for a
    learner of somebody's own, whose code may not stand company."""
    definition = component(learner)
    if definition.framework not in THREADED or any(each.type == "script" for each in definition.parameters):
        return 1
    if table.frame.height * table.frame.width > MOST_CELLS_AT_ONCE:
        return 1
    return len(os.sched_getaffinity(0))

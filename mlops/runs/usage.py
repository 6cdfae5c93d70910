"""Who uses a run: packages above this one register what they know when they are loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

import msgspec

from mlops.runs.models import Run


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """`title` in words, such as `model version prices:3`; `url`: its page, where it has one."""

    title: str
    url: str = ""


Source = Callable[[Sequence[Run]], Iterable[tuple[UUID, Use]]]
"""Of up to LOOKED_AT runs of one project, which is used by what."""
LOOKED_AT = 1_000

_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def users_of(run: Run) -> list[Use]:
    return [use for _run, use in users_of_many([run])]


def users_of_many(runs: Sequence[Run]) -> list[tuple[Run, Use]]:
    """Of runs of one project, as many queries for a thousand as for one."""
    known = {run.pk: run for run in runs}
    parts = [runs[start : start + LOOKED_AT] for start in range(0, len(runs), LOOKED_AT)]
    return [(known[pk], use) for part in parts for source in _sources for pk, use in source(part)]

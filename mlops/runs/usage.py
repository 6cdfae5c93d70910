"""Who uses a run: packages above this one register what they know when they are loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from mlops.runs.models import Run


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """`title` in words, such as `model version prices:3`; `url`: its page, where it has one."""

    title: str
    url: str = ""


Source = Callable[[Run], Iterable[Use]]

_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def users_of(run: Run) -> list[Use]:
    return [use for source in _sources for use in source(run)]

"""Who uses a dataset version. Packages above this one tell it here, since it cannot look up to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from mlops.datasets.models import DatasetVersion


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """`holds`: the version cannot be deleted while this is there."""

    kind: str
    """Such as `run` or `model`."""
    name: str
    url: str = ""
    holds: bool = True
    remedy: str = ""
    """What ends the use, as a sentence."""


Source = Callable[[DatasetVersion], Iterable[Use]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Called once at start, from an application's `ready`."""
    if source not in _sources:
        _sources.append(source)


def uses_of(version: DatasetVersion) -> list[Use]:
    return [use for source in _sources for use in source(version)]

"""Who uses a model version: packages above this one register what they know when they are loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from mlops.bin.uses import Use
from mlops.registry.models import ModelVersion

Source = Callable[[Sequence[ModelVersion]], Iterable[tuple[ModelVersion, Use]]]
"""Of versions of one model, which is used by what."""

_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def users_of(version: ModelVersion) -> list[Use]:
    return [use for _version, use in users_of_many([version])]


def users_of_many(versions: Sequence[ModelVersion]) -> list[tuple[ModelVersion, Use]]:
    return [found for source in _sources for found in source(versions)] if versions else []

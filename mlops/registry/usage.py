"""Who uses a model version: packages above this one register what they know when they are loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mlops.registry.models import ModelVersion

Source = Callable[[ModelVersion], Iterable[str]]
"""Says in words each thing that uses the version, such as `deployment “blue” of endpoint “prices”`."""

_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def users_of(version: ModelVersion) -> list[str]:
    return [user for source in _sources for user in source(version)]

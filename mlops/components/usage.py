"""Who uses a component: packages above this one register what they know when they are loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from mlops.components.models import Component


class Use(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    """Such as `draft`."""
    name: str
    url: str
    version: str
    """The version that it uses."""


Source = Callable[[Component], Iterable[Use]]
_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def uses_of(component: Component) -> list[Use]:
    return [use for source in _sources for use in source(component)]

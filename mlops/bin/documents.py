"""Documents in which people name assets: drawings, published pipelines, schedules, monitors. Packages that keep such
register them when loaded; a package of assets looks there for the names of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mlops.access.models import Project
from mlops.bin.uses import Use

Source = Callable[[Project], Iterator[tuple[Any, Use]]]
"""The documents of a project as plain values, each with what it is."""
Matches = Callable[[str, str, Mapping[str, Any]], bool]
"""Of a text: the key under which it stands, itself, and the object that holds it."""

_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def naming(project: Project, matches: Matches) -> list[Use]:
    """What names it, each once."""
    return list(
        {
            use: None
            for source in _sources
            for document, use in source(project)
            if any(matches(*text) for text in texts(document))
        }
    )


def texts(value: Any, key: str = "", within: Mapping[str, Any] | None = None) -> Iterator[tuple[str, str, Any]]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from texts(one, str(name), value)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one, key, within)
    elif isinstance(value, str):
        yield key, value, within or {}

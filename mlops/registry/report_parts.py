"""Parts of a version's governance report. Packages above this one that know something of versions, such as their
explanations, register what they tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from mlops.registry.models import ModelVersion


class Table(msgspec.Struct, frozen=True, kw_only=True):
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One heading of the report, in the reader's language, with facts, then words, then tables."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()
    """Paragraphs of plain text."""
    tables: tuple[Table, ...] = ()


Source = Callable[[ModelVersion], Iterable[Part]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """`source`: nothing where it knows nothing of the version; called when a report is made."""
    if source not in _sources:
        _sources.append(source)


def parts_of(version: ModelVersion) -> list[Part]:
    return [part for source in _sources for part in source(version)]

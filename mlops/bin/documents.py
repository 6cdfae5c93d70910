"""Documents in which people name assets: drawings, published pipelines, schedules, monitors. Packages that keep such
register them when loaded; a package of assets looks there for the names of its own."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, TypeVar

from mlops.access.models import Project
from mlops.bin.uses import Use

Source = Callable[[Project], Iterator[tuple[Any, Use]]]
"""The documents of a project as plain values, each with what it is."""
Matches = Callable[[str, str, Mapping[str, Any]], bool]
"""Of a text: the key under which it stands, itself, and the object that holds it."""
Named = TypeVar("Named", bound=Hashable)
NEWEST = ("", "latest")
"""How texts ask for the newest version, whichever it is."""

_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def naming(project: Project, matches: Matches) -> list[Use]:
    """What names it, each once."""
    return [use for _it, use in naming_each(project, lambda *text: matches(*text) or None)]


def naming_each(
    project: Project, named: Callable[[str, str, Mapping[str, Any]], Named | None]
) -> list[tuple[Named, Use]]:
    """Of many things, what names which, each once. Reads every document once; `named`: which of them a text names."""
    found: dict[tuple[Named, Use], None] = {}
    for source in _sources:
        for document, use in source(project):
            for text in texts(document):
                if (thing := named(*text)) is not None:
                    found[thing, use] = None
    return list(found)


def version_in(text: str, name: str, within: Mapping[str, Any]) -> str | None:
    """Which version of the asset of that name a text names, as NEWEST or by its own; None: it names another thing."""
    plain = text.removeprefix("azureml:")
    if plain == name:
        return str(within.get("version") or "")
    return plain[len(name) + 1 :] if plain.startswith((f"{name}:", f"{name}@")) else None


def texts(value: Any, key: str = "", within: Mapping[str, Any] | None = None) -> Iterator[tuple[str, str, Any]]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from texts(one, str(name), value)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one, key, within)
    elif isinstance(value, str):
        yield key, value, within or {}

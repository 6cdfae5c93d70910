"""Things by a part of their name, of all kinds: where to begin in the graph."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from mlops.access.models import Project
from mlops.lineage import kinds

MOST_OF_A_KIND = 8


def things_named(projects: list[Project], text: str, *, only: Collection[str] = ()) -> list[Any]:
    """A few rows of each kind, the newest first; a full name such as `runs/12` is found as what it names, first."""
    text = text.strip()
    found: list[Any] = []
    prefix, slash, rest = text.partition("/")
    kind = kinds.prefixed(prefix) if slash and rest else None
    if kind is not None and (row := kind.find(projects, rest)) is not None:
        found.append(row)
    most = 4 * MOST_OF_A_KIND if len(only) == 1 else MOST_OF_A_KIND
    for one in kinds.KINDS:
        if one.title in only or (not only and not one.is_detail):
            found += [row for row in one.search(projects, text)[:most] if row not in found]
    return found

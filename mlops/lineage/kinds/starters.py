"""What runs and pipelines are made from, by the origin that they keep. Packages above this one register theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mlops.access.models import Project
from mlops.lineage.mentions.asking import parted

Read = Callable[[Project, list[str]], Iterable[Any]]
_readers: dict[str, Read] = {}


def register(prefix: str, read: Read) -> None:
    """`read`: rows of the kind, of ids that stand behind the slash of the origin."""
    _readers[prefix] = read


def named(project: Project, targets: list[str]) -> list[Any]:
    found: list[Any] = []
    for prefix, ids in parted(targets).items():
        if prefix in _readers:
            found += _readers[prefix](project, ids)
    return found

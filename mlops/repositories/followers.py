"""Who else is told of a commit that was fetched, such as drawings that are kept the same as a file of it.

Higher packages register here when they are loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mlops.repositories.git.orders import Fetched
from mlops.repositories.models import Repository


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one of them made of it; `is_bad` where it could not."""

    title: str
    url: str
    text: str
    is_bad: bool = False


Follow = Callable[[Repository, Fetched, Path], list[Outcome]]
"""With the folder that holds the commit's files. It raises nothing that has a name: what fails is an outcome."""

IsFollowed = Callable[[Repository], set[str]]
"""Branches of the repository whose commits it wants; empty text: the repository's own."""

_known: list[tuple[Follow, IsFollowed]] = []


def register(follow: Follow, is_followed: IsFollowed) -> None:
    if (follow, is_followed) not in _known:
        _known.append((follow, is_followed))


def tell(row: Repository, found: Fetched, folder: Path) -> list[dict[str, Any]]:
    return [asdict(one) for follow, _branches in _known for one in follow(row, found, folder)]


def branches(row: Repository) -> set[str]:
    return {name for _follow, is_followed in _known for name in is_followed(row) if name}

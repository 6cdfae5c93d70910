"""Who is told when somebody saves a version of a draft, or publishes it. They register when they are loaded."""

from __future__ import annotations

from typing import Any, Protocol

from designer.models import Draft


class Follower(Protocol):
    def __call__(self, actor: Any, draft: Draft, *, revision: int, name: str) -> None:
        """Within the transaction that saves it."""


_known: list[Follower] = []


def register(follower: Follower) -> None:
    if follower not in _known:
        _known.append(follower)


def tell(actor: Any, draft: Draft, *, revision: int, name: str) -> None:
    for one in _known:
        one(actor, draft, revision=revision, name=name)

"""One setting to be tried: a learner with its values, and what is done to the columns before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from mlops.blocks.values import Learner, Table
from mlops.formats.finding import Trial
from mlops.formats.transform import Transform

Preparing = Callable[[Table], tuple[Transform, ...]]
"""Fits transforms on the rows to learn from; they are then applied to the rows to judge by as well."""


def nothing(table: Table) -> tuple[Transform, ...]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """`values`: what differs from other candidates, as people are told."""

    number: int
    values: dict[str, Any]
    learner: Learner
    preparing: Preparing = nothing


class Search(Protocol):
    """Says what to try next. It is asked for a few at once and told of all of them before it is asked again, so that
    its answers do not hang on which trial is done first."""

    count: int | None
    """How many it will give, where that is known."""

    def ask(self, count: int) -> list[Candidate]: ...

    def tell(self, trial: Trial) -> None: ...

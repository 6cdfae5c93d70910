"""How something stands: why, since when, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, Protocol

import msgspec

State = Literal["ok", "warning", "bad", "unknown"]
WORST_FIRST: tuple[State, ...] = ("bad", "warning", "unknown", "ok")


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    state: State
    why: str = ""
    since: datetime | None = None
    remedy: str = ""


class HasState(Protocol):
    @property
    def state(self) -> State: ...


def worst(all_of_them: Iterable[HasState]) -> State:
    """`ok` where there are none."""
    return min((one.state for one in all_of_them), key=WORST_FIRST.index, default="ok")

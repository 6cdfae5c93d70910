"""How something stands: why, since when, and what to do next."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

State = Literal["ok", "warning", "bad", "unknown"]
WORST_FIRST: tuple[State, ...] = ("bad", "warning", "unknown", "ok")


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    state: State
    why: str = ""
    since: datetime | None = None
    remedy: str = ""


def worst(standings: list[Standing]) -> State:
    """`ok` where there are none."""
    return min((one.state for one in standings), key=WORST_FIRST.index, default="ok")

"""When a rule on a metric begins, fires and ends: a pure function of what stands, what was measured and the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Comparison = Literal["above", "at_least", "below", "at_most"]
Step = Literal["begin", "fire", "begin_and_fire", "go_on", "recover", "resolve", "drop"]
NO_DATA_AFTER = timedelta(hours=1)
"""Without any measurement for so long, an alert ends: nothing is known any more."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    comparison: Comparison
    threshold: float
    lasting: timedelta = timedelta()
    """How long it must be past the limit before it fires."""
    recovering: timedelta = timedelta()
    """How long it must be back before it ends."""

    def is_past(self, value: float) -> bool:
        return {
            "above": value > self.threshold,
            "at_least": value >= self.threshold,
            "below": value < self.threshold,
            "at_most": value <= self.threshold,
        }[self.comparison]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An open alert, as far as the decision needs it."""

    is_firing: bool
    began_at: datetime
    last_seen_at: datetime
    within_since: datetime | None = None


@dataclass(frozen=True)
class Move:
    key: str
    step: Step
    value: float | None = None
    why: Literal["past", "within", "no_data"] = "past"


def decide(limit: Limit, standing: Mapping[str, Standing], measured: Mapping[str, float], now: datetime) -> list[Move]:
    """One move for each subject about which there is something to write down."""
    moves = [_measured(limit, key, standing.get(key), value, now) for key, value in measured.items()]
    moves += [_unmeasured(key, one, now) for key, one in standing.items() if key not in measured]
    return [move for move in moves if move is not None]


def _measured(limit: Limit, key: str, stands: Standing | None, value: float, now: datetime) -> Move | None:
    if limit.is_past(value):
        if stands is None:
            return Move(key, "begin" if limit.lasting else "begin_and_fire", value)
        is_due = not stands.is_firing and now - stands.began_at >= limit.lasting
        return Move(key, "fire" if is_due else "go_on", value)
    if stands is None:
        return None
    if not stands.is_firing:
        return Move(key, "drop", value, "within")
    since = stands.within_since or now
    return Move(key, "resolve" if now - since >= limit.recovering else "recover", value, "within")


def _unmeasured(key: str, stands: Standing, now: datetime) -> Move | None:
    if now - stands.last_seen_at < NO_DATA_AFTER:
        return None
    return Move(key, "resolve" if stands.is_firing else "drop", None, "no_data")

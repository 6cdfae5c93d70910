"""What the decision about a rollout looks at. Plain values."""

from __future__ import annotations

from typing import Literal

import msgspec

from mlops.stats.sequential import Moments, Rate


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    """What one deployment did in a step: requests by outcome and time, and what callers reported of them."""

    requests: int = 0
    errors: int = 0
    latency_counts: tuple[int, ...] = ()
    """One bucket more than formats.serving.LATENCY_BOUNDS; empty without requests."""
    values: Moments = Moments()

    @property
    def error_rate(self) -> Rate:
        return Rate(self.errors, self.requests)


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    step_seconds: float
    """Since the step began, pauses left out."""
    candidate_unwell_seconds: float = 0.0
    control_is_well: bool = True


class GateState(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: bad is shown beyond the limit, good is shown within it, open is neither."""

    kind: str
    state: Literal["good", "open", "bad"]
    words: str
    candidate: float | None = None
    control: float | None = None
    low: float | None = None
    """Bounds of what is compared (the difference, or the ratio), at the plan's certainty."""
    high: float | None = None
    limit: float
    needs_proof: bool = False


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    act: Literal["hold", "advance", "roll_back", "finish"]
    reason: str
    hint: str = ""
    gates: tuple[GateState, ...] = ()

"""A rollout's plan: by which steps a candidate takes the traffic over, and what must hold at each of them."""

from __future__ import annotations

from typing import Literal

import msgspec


class Gate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    needs_proof: bool = False
    """The step ends only when the candidate is shown to be within the limit; else when it is not shown beyond it."""


class ErrorGate(Gate, frozen=True, kw_only=True, tag="errors"):
    """Server errors (5xx and unreachable) as a share of the requests."""

    tolerance: float = 0.01
    """So much higher than the control's the candidate's share may be, 0-1."""


class LatencyGate(Gate, frozen=True, kw_only=True, tag="latency"):
    """A quantile of the time to answer, as the router sees it."""

    quantile: float = 0.95
    ratio: float = 1.5
    """So many times the control's the candidate's may be."""


class MetricGate(Gate, frozen=True, kw_only=True, tag="metric"):
    """The mean of what callers report by request (`outcomes`), such as 1 for a sale and 0 for none."""

    better: Literal["higher", "lower"] = "higher"
    tolerance: float = 0.0
    """So much worse than the control's the candidate's mean may be, in the metric's own unit."""


class RolloutStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    percent: float
    """Of the endpoint's traffic, for the candidate; the others keep their proportions."""
    mirror: float = 0.0
    """Percent of the requests that are also sent to the candidate, whose answers nobody gets: a shadow step."""
    least_seconds: float = 300.0
    least_requests: int = 100
    """Of the candidate in this step."""
    most_seconds: float | None = None
    """A step that is not through by then is rolled back; none: it waits for as long as it takes."""


class RolloutPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    steps: tuple[RolloutStep, ...] = (
        RolloutStep(percent=1),
        RolloutStep(percent=10),
        RolloutStep(percent=50),
        RolloutStep(percent=100),
    )
    gates: tuple[ErrorGate | LatencyGate | MetricGate, ...] = (ErrorGate(), LatencyGate())
    alpha: float = 0.05
    """The chance, over the whole rollout, that a candidate which keeps to all limits is rolled back all the same."""
    unhealthy_seconds: float = 30.0
    """A candidate that is unhealthy for longer is rolled back."""

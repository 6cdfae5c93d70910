"""Each gate compares the candidate with the control by a test that may be looked at at any time. Pure."""

from __future__ import annotations

import math

import msgspec

from mlops.formats.rollout import ErrorGate, LatencyGate, MetricGate
from mlops.formats.serving import LATENCY_BOUNDS
from mlops.rollouts.seeing import Arm, GateState
from mlops.stats.buckets import bucket_quantile
from mlops.stats.sequential import difference_interval, mean_difference_interval, quantile_interval


def look(gate: ErrorGate | LatencyGate | MetricGate, candidate: Arm, control: Arm, *, alpha: float) -> GateState:
    """`alpha`: the chance that the gate ever calls a candidate bad which keeps to its limit."""
    if isinstance(gate, ErrorGate):
        return _errors(gate, candidate, control, alpha)
    if isinstance(gate, LatencyGate):
        return _latency(gate, candidate, control, alpha)
    return _metric(gate, candidate, control, alpha)


def _errors(gate: ErrorGate, candidate: Arm, control: Arm, alpha: float) -> GateState:
    mine, its = candidate.error_rate, control.error_rate
    bounds = difference_interval(mine, its, alpha)
    state = GateState(
        kind="errors",
        state="open",
        words="",
        candidate=mine.share if mine.trials else None,
        control=its.share if its.trials else None,
        low=bounds.low,
        high=bounds.high,
        limit=gate.tolerance,
        needs_proof=gate.needs_proof,
    )
    told = f"{_percent(mine.share)} of {mine.trials:,} requests failed, the control's {_percent(its.share)}"
    limit = f"at most {_percent(gate.tolerance)} more is allowed"
    if bounds.low > gate.tolerance:
        return _with(state, "bad", f"{told}: at least {_percent(bounds.low)} more, while {limit}.")
    if bounds.high <= gate.tolerance:
        return _with(state, "good", f"{told}: at most {_percent(bounds.high)} more, and {limit}.")
    if not mine.trials:
        return _with(state, "open", f"No request has reached the candidate in this step; {limit}.")
    between = f"between {_percent(bounds.low)} and {_percent(bounds.high)} more"
    return _with(state, "open", f"{told}: {between}; {limit}.")


def _latency(gate: LatencyGate, candidate: Arm, control: Arm, alpha: float) -> GateState:
    mine, its = (
        quantile_interval(one.latency_counts, LATENCY_BOUNDS, share=gate.quantile, alpha=alpha / 2)
        for one in (candidate, control)
    )
    name = f"p{100 * gate.quantile:g}"
    state = GateState(
        kind="latency",
        state="open",
        words="",
        candidate=bucket_quantile(candidate.latency_counts, LATENCY_BOUNDS, gate.quantile),
        control=bucket_quantile(control.latency_counts, LATENCY_BOUNDS, gate.quantile),
        low=_ratio(mine.low, its.high),
        high=_ratio(mine.high, its.low),
        limit=gate.ratio,
        needs_proof=gate.needs_proof,
    )
    if state.candidate is None or state.control is None:
        who = "the candidate" if state.candidate is None else "the control"
        return _with(state, "open", f"No request has reached {who} in this step.")
    told = f"{name} is {_seconds(state.candidate)}, the control's {_seconds(state.control)}"
    limit = f"at most {gate.ratio:g} times is allowed"
    if state.low is not None and state.low > gate.ratio:
        beyond = f"above {_seconds(mine.low)} for certain, against at most {_seconds(its.high)}"
        return _with(state, "bad", f"{told}: {beyond}, while {limit}.")
    if state.high is not None and state.high <= gate.ratio:
        return _with(state, "good", f"{told}: at most {state.high:.2g} times, and {limit}.")
    return _with(state, "open", f"{told}; {limit}.")


def _metric(gate: MetricGate, candidate: Arm, control: Arm, alpha: float) -> GateState:
    mine, its = candidate.values, control.values
    bounds = mean_difference_interval(mine, its, alpha)
    sign = 1 if gate.better == "lower" else -1
    state = GateState(
        kind="metric",
        state="open",
        words="",
        candidate=mine.mean if mine.number else None,
        control=its.mean if its.number else None,
        low=bounds.low if bounds else None,
        high=bounds.high if bounds else None,
        limit=sign * gate.tolerance,
        needs_proof=gate.needs_proof,
    )
    if bounds is None:
        told = f"{mine.number} outcomes of the candidate and {its.number} of the control are reported"
        return _with(state, "open", f"{told}: too few to compare, or they do not vary.")
    worst, best = sorted((sign * bounds.low, sign * bounds.high), reverse=True)
    told = f"The mean outcome is {mine.mean:.4g} of {mine.number:,}, the control's {its.mean:.4g} of {its.number:,}"
    limit = f"at most {gate.tolerance:g} worse is allowed ({gate.better} is better)"
    if best > gate.tolerance:
        return _with(state, "bad", f"{told}: at least {best:.3g} worse, while {limit}.")
    if worst <= gate.tolerance:
        return _with(state, "good", f"{told}: {limit}.")
    return _with(state, "open", f"{told}: the difference is between {bounds.low:.3g} and {bounds.high:.3g}; {limit}.")


def _with(state: GateState, verdict: str, words: str) -> GateState:
    return msgspec.structs.replace(state, state=verdict, words=words)


def _ratio(over: float, under: float) -> float | None:
    return over / under if under > 0 and math.isfinite(over) and math.isfinite(under) else None


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _seconds(value: float) -> str:
    return f"{1000 * value:.3g} ms" if value < 1 else f"{value:.3g} s"

"""Whether a rollout goes on: decided from the plan, the counts and the clock alone, and tried on simulated traffic."""

from __future__ import annotations

import random
from bisect import bisect_left

import pytest

from mlops.formats.rollout import ErrorGate, LatencyGate, MetricGate, RolloutPlan, RolloutStep
from mlops.formats.serving import LATENCY_BOUNDS
from mlops.rollouts.deciding import decide, decide_start
from mlops.rollouts.seeing import Arm, Clock
from mlops.stats.sequential import Moments

BUCKETS = len(LATENCY_BOUNDS) + 1
PLAN = RolloutPlan(
    steps=tuple(RolloutStep(percent=share, least_seconds=60, least_requests=100) for share in (10, 50, 100))
)


def arm(requests: int = 1000, errors: int = 0, *, seconds: float = 0.004, values: Moments | None = None) -> Arm:
    counts = [0] * BUCKETS
    counts[bisect_left(LATENCY_BOUNDS, seconds)] = requests
    return Arm(requests=requests, errors=errors, latency_counts=tuple(counts), values=values or Moments())


def decided(candidate: Arm, control: Arm | None = None, *, step: int = 0, seconds: float = 100, **more):
    plan = more.pop("plan", PLAN)
    clock = Clock(step_seconds=seconds, **more)
    return decide(plan, step, candidate=candidate, control=control or arm(), clock=clock)


def test_a_step_takes_its_least_time_and_requests():
    assert decided(arm(), seconds=59).act == "hold"
    early = decided(arm(requests=99))
    assert (early.act, early.reason) == ("hold", "99 of 100 requests have come.")
    assert decided(arm(requests=100)).act == "advance"


def test_after_the_last_step_it_is_finished():
    assert decided(arm(), step=2).act == "finish"


def test_failures_roll_it_back_before_any_least_time():
    decision = decided(arm(requests=8, errors=8), seconds=1)
    assert decision.act == "roll_back"
    assert "100 % of 8 requests failed" in decision.reason
    assert decision.hint


def test_failures_of_both_roll_nothing_back():
    assert decided(arm(requests=500, errors=200), arm(requests=500, errors=200)).act == "advance"


def test_a_slower_candidate_is_rolled_back_with_both_times():
    decision = decided(arm(seconds=0.04), arm(seconds=0.004))
    assert decision.act == "roll_back"
    assert "above 30 ms for certain, against at most 4 ms" in decision.reason


def test_a_neighbouring_bucket_is_no_proof_of_slowness():
    """9.9 and 10.1 ms lie in two buckets, and might be 7.6 and 14.9."""
    assert decided(arm(seconds=0.0101), arm(seconds=0.0099)).act == "advance"


def test_a_worse_metric_rolls_it_back():
    plan = RolloutPlan(steps=PLAN.steps, gates=(MetricGate(better="higher", tolerance=0.02),))
    poor, fair = Moments(2000, 100, 100), Moments(2000, 300, 300)
    decision = decided(arm(values=poor), arm(values=fair), plan=plan)
    assert (decision.act, decision.gates[0].kind) == ("roll_back", "metric")
    assert decided(arm(values=fair), arm(values=poor), plan=plan).act == "advance"


def test_proof_is_waited_for_where_it_is_asked_for():
    plan = RolloutPlan(steps=PLAN.steps, gates=(ErrorGate(tolerance=0.01, needs_proof=True),))
    few = decided(arm(requests=150), plan=plan)
    assert (few.act, few.reason) == ("hold", "Errors is not yet shown to be within its limit.")
    assert decided(arm(requests=5000), arm(requests=5000), plan=plan).act == "advance"


def test_a_step_that_is_not_through_in_its_time_is_rolled_back():
    plan = RolloutPlan(steps=(RolloutStep(percent=10, least_seconds=60, most_seconds=600),))
    assert decided(arm(requests=3), seconds=599, plan=plan).act == "hold"
    decision = decided(arm(requests=3), seconds=601, plan=plan)
    assert (decision.act, decision.reason[:41]) == ("roll_back", "The step was not through within 10 min. 3")


def test_an_unhealthy_candidate_goes_back_and_an_unhealthy_control_holds():
    assert decided(arm(), candidate_unwell_seconds=31).act == "roll_back"
    decision = decided(arm(), control_is_well=False)
    assert (decision.act, "control is not healthy" in decision.reason) == ("hold", True)


def test_nothing_goes_back_to_a_control_that_is_not_healthy():
    decision = decided(arm(requests=50, errors=50), control_is_well=False)
    assert (decision.act, "the traffic stays where it is" in decision.reason) == ("hold", True)


def test_it_begins_when_the_candidate_is_healthy():
    first = PLAN.steps[0]
    acts = [decide_start(state, "", first=first).act for state in ("transitioning", "healthy", "failed")]
    assert acts == ["hold", "advance", "roll_back"]


def test_without_a_request_nothing_is_said_of_gates():
    nothing = Arm(latency_counts=(0,) * BUCKETS)
    decision = decided(nothing, nothing)
    assert (decision.act, {gate.state for gate in decision.gates}) == ("hold", {"open"})


@pytest.mark.parametrize("error_rate", [0.0, 0.01, 0.2])
def test_an_equal_candidate_seldom_comes_back(error_rate):
    """60 rollouts, looked at each 100 requests; alpha is 5 %, for all gates and steps together."""
    chance = random.Random(11)
    back = sum(_simulated(chance, errors=error_rate, slower=1.0) != "finish" for _ in range(60))
    assert back <= 3


@pytest.mark.parametrize(("errors", "slower"), [(0.08, 1.0), (0.005, 4.0)])
def test_a_worse_candidate_hardly_ever_comes_through(errors, slower):
    chance = random.Random(12)
    through = sum(_simulated(chance, errors=errors, slower=slower, usual=0.005) == "finish" for _ in range(40))
    assert through == 0


def _simulated(chance: random.Random, *, errors: float, slower: float, usual: float | None = None) -> str:
    """How a rollout over three steps ends. Times to answer are log-normal around 12 ms."""
    plan = RolloutPlan(
        steps=tuple(RolloutStep(percent=50, least_seconds=0, least_requests=500) for _ in range(3)),
        gates=(ErrorGate(tolerance=0.0 if usual is None else 0.01), LatencyGate()),
    )
    for step in range(3):
        mine, its = arm(0), arm(0)
        while True:
            mine = _more(chance, mine, errors, 0.012 * slower)
            its = _more(chance, its, errors if usual is None else usual, 0.012)
            act = decide(plan, step, candidate=mine, control=its, clock=Clock(step_seconds=1)).act
            if act != "hold":
                break
        if act != "advance":
            return act
    raise AssertionError


def _more(chance: random.Random, had: Arm, errors: float, seconds: float) -> Arm:
    counts = list(had.latency_counts)
    for _ in range(100):
        counts[bisect_left(LATENCY_BOUNDS, seconds * chance.lognormvariate(0, 0.4))] += 1
    failed = sum(chance.random() < errors for _ in range(100))
    return Arm(requests=had.requests + 100, errors=had.errors + failed, latency_counts=tuple(counts))

"""Whether a trial is stopped early, by what it and the others have logged of the primary metric: pure functions.

Interval N is the N-th logged value. Policies as documented for Azure ML's sweeps: bandit, median stopping, truncation
selection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, median
from typing import Literal

from django.utils.translation import gettext as _

from mlops.formats.sweep import EarlyTermination

Goal = Literal["maximize", "minimize"]


def due(policy: EarlyTermination, *, logged: int, judged: int) -> int:
    """The interval at which a trial with so many values is to be judged now; 0 for none."""
    at = logged - logged % policy.evaluation_interval
    return at if at > judged and at >= max(policy.delay_evaluation, 1) else 0


def best(values: Sequence[float], goal: Goal) -> float:
    return max(values) if goal == "maximize" else min(values)


def judge(
    policy: EarlyTermination,
    goal: Goal,
    series: Mapping[int, Sequence[float]],
    *,
    trial: int,
    at: int,
    ended: frozenset[int] = frozenset(),
) -> str:
    """Why the trial is stopped at that interval; empty where it goes on. `series`: by the number of the trial."""
    match policy.type:
        case "bandit":
            return _bandit(policy, goal, series, trial, at)
        case "median_stopping":
            return _median(goal, series, trial, at)
        case _:
            known = {
                one: values for one, values in series.items() if not (policy.exclude_finished_jobs and one in ended)
            }
            return _truncation(policy, goal, known, trial, at)


def _bandit(policy: EarlyTermination, goal: Goal, series: Mapping[int, Sequence[float]], trial: int, at: int) -> str:
    """The slack of a factor f is |best| - |best| / (1 + f) where the most is sought, and |best| f where the least."""
    own = best(series[trial][:at], goal)
    top = best([best(values[:at], goal) for values in series.values() if len(values) >= at], goal)
    factor = policy.slack_factor or 0.0
    slack = policy.slack_amount
    if slack is None:
        slack = abs(top) * (factor / (1 + factor) if goal == "maximize" else factor)
    if not _is_worse(own, top - slack if goal == "maximize" else top + slack, goal):
        return ""
    told = _("Stopped early by the bandit policy: %(own).6g at interval %(at)d is too far from the best, %(top).6g.")
    return told % {"own": own, "at": at, "top": top}


def _median(goal: Goal, series: Mapping[int, Sequence[float]], trial: int, at: int) -> str:
    averages = [fmean(values[:at]) for values in series.values() if values]
    own, middle = best(series[trial][:at], goal), median(averages)
    if len(averages) < 2 or not _is_worse(own, middle, goal):
        return ""
    told = _("Stopped early by median stopping: %(own).6g at interval %(at)d is worse than the median, %(middle).6g.")
    return told % {"own": own, "at": at, "middle": middle}


def _truncation(
    policy: EarlyTermination, goal: Goal, series: Mapping[int, Sequence[float]], trial: int, at: int
) -> str:
    values = {one: given[at - 1] for one, given in series.items() if len(given) >= at}
    own = values[trial]
    cut = len(values) * policy.truncation_percentage // 100
    below = sum(_is_worse(other, own, goal) for other in values.values())
    if below >= cut or own == best(list(values.values()), goal):
        return ""
    told = _("Stopped early by truncation: %(own).6g at interval %(at)d is among the worst %(share)d %% of %(count)d.")
    return told % {"own": own, "at": at, "share": policy.truncation_percentage, "count": len(values)}


def _is_worse(one: float, other: float, goal: Goal) -> bool:
    return one < other if goal == "maximize" else one > other

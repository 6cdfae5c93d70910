"""`sampling_algorithm`, `objective`, `early_termination` and `limits` of a sweep."""

from __future__ import annotations

import math
from typing import Any, Literal, cast

import msgspec

from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.azureml.search_space import read_search_space
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _
from mlops.formats.sweep import Distribution, EarlyTermination, Objective, Sampling, SweepLimits, SweepPlan

PLAN_FIELDS = {"search_space", "sampling_algorithm", "objective", "early_termination", "limits"}
ALGORITHMS: tuple[Literal["random", "grid", "bayesian"], ...] = ("random", "grid", "bayesian")
RULES: tuple[Literal["random", "sobol"], ...] = ("random", "sobol")
POLICIES: dict[str, set[str]] = {
    "bandit": {"slack_factor", "slack_amount"},
    "median_stopping": set(),
    "truncation_selection": {"truncation_percentage", "exclude_finished_jobs"},
}
DISCRETE = {"choice", "randint", "quniform", "qloguniform"}
"""Kinds whose values can be counted."""


def read_plan(source: Source, at: Path) -> SweepPlan:
    """Raises Refusal with the file, the line and the nearest name."""
    found = fields(source, at)
    for name in ("search_space", "objective"):
        if found.get(name) is None:
            raise source.refuse(f"{name}_missing", _("A sweep needs `%(name)s`.") % {"name": name}, at=at)
    space = read_search_space(source, (*at, "search_space"))
    sampling = _sampling(source, (*at, "sampling_algorithm"), found.get("sampling_algorithm"))
    if sampling.type == "grid":
        _check_grid(source, (*at, "search_space"), space)
    return SweepPlan(
        space=space,
        sampling=sampling,
        objective=_objective(source, (*at, "objective")),
        early_termination=_early(source, (*at, "early_termination"), found.get("early_termination")),
        limits=_limits(source, (*at, "limits"), found.get("limits")),
    )


def _sampling(source: Source, at: Path, given: Any) -> Sampling:
    if given is None:
        return Sampling()
    found = fields(source, at) if isinstance(given, dict) else {"type": given}
    kind = str(found.get("type")).lower()
    if kind not in ALGORITHMS:
        hint = nearest(kind, ALGORITHMS) or _("Algorithms: %(names)s.") % {"names": ", ".join(ALGORITHMS)}
        raise source.refuse(
            "sampling_unknown",
            _("“%(asked)s” is no sampling algorithm.") % {"asked": found.get("type")},
            at=at,
            hint=hint,
        )
    known = {"type", "rule", "seed", "logbase"} if kind == "random" else {"type"}
    _known(source, at, found, known, f"{kind} sampling")
    rule = str(found.get("rule", "random")).lower()
    if rule not in RULES:
        hint = nearest(rule, RULES) or _("Rules: random, sobol.")
        raise source.refuse(
            "sampling_unknown",
            _("“%(rule)s” is no rule of random sampling.") % {"rule": rule},
            at=(*at, "rule"),
            hint=hint,
        )
    base = found.get("logbase")
    number = None if base in (None, "e") else _number(source, (*at, "logbase"), base, least=0, open=True)
    seed = None if found.get("seed") is None else _whole(source, (*at, "seed"), found["seed"], least=0)
    return Sampling(
        # The words of the tuples: a default is left out of a digest only where it is the very same object.
        type=ALGORITHMS[ALGORITHMS.index(kind)],
        rule=RULES[RULES.index(rule)],
        seed=seed,
        base=number,
    )


def _check_grid(source: Source, at: Path, space: dict[str, Distribution]) -> None:
    for name, one in space.items():
        if one.type not in DISCRETE:
            raise source.refuse(
                "grid_endless",
                _("A grid takes every value, and “%(name)s” (%(type)s) has no end of them.")
                % {"name": name, "type": one.type},
                at=(*at, name),
                hint=_("Write a choice, or sampling_algorithm: random."),
            )


def _objective(source: Source, at: Path) -> Objective:
    found = fields(source, at)
    _known(source, at, found, {"goal", "primary_metric", "type"}, "an objective")
    goal, metric = str(found.get("goal", "")).lower(), str(found.get("primary_metric") or "").strip()
    if goal not in ("maximize", "minimize"):
        hint = nearest(goal, ("maximize", "minimize")) or _("Write goal: maximize, or goal: minimize.")
        raise source.refuse(
            "objective_unfit",
            _("“%(asked)s” is no goal.") % {"asked": found.get("goal", "")},
            at=(*at, "goal"),
            hint=hint,
        )
    if not metric:
        hint = _("The name under which the trial logs it, such as primary_metric: accuracy.")
        raise source.refuse("objective_unfit", _("An objective needs `primary_metric`."), at=at, hint=hint)
    return Objective(goal=cast(Literal["maximize", "minimize"], goal), primary_metric=metric)


def _early(source: Source, at: Path, given: Any) -> EarlyTermination | None:
    if given is None:
        return None
    found = fields(source, at)
    kind = str(found.get("type")).lower()
    if kind not in POLICIES:
        hint = nearest(kind, POLICIES) or _("Policies: %(names)s.") % {"names": ", ".join(POLICIES)}
        raise source.refuse(
            "policy_unknown", _("“%(asked)s” ends no trials early.") % {"asked": found.get("type")}, at=at, hint=hint
        )
    _known(
        source, at, found, {"type", "evaluation_interval", "delay_evaluation", *POLICIES[kind]}, f"the policy {kind}"
    )
    numbers: dict[str, Any] = {}
    for name, least in (("evaluation_interval", 1), ("delay_evaluation", 0), ("truncation_percentage", 1)):
        if found.get(name) is not None:
            numbers[name] = _whole(source, (*at, name), found[name], least=least)
    for name in ("slack_factor", "slack_amount"):
        # Azure's own writer puts 0 for the one that is not used.
        if found.get(name) is not None and float(_number(source, (*at, name), found[name], least=0)) > 0:
            numbers[name] = float(found[name])
    if kind == "bandit" and len({"slack_factor", "slack_amount"} & set(numbers)) != 1:
        hint = _("Such as slack_factor: 0.1.")
        message = _("A bandit policy needs either `slack_factor` or `slack_amount`, more than 0.")
        raise source.refuse("policy_unfit", message, at=at, hint=hint)
    if kind == "truncation_selection" and not 1 <= numbers.get("truncation_percentage", 0) <= 99:
        place = (*at, "truncation_percentage")
        raise source.refuse("policy_unfit", _("`truncation_percentage` must be from 1 to 99."), at=place)
    numbers["exclude_finished_jobs"] = found.get("exclude_finished_jobs") is True
    plain = {"type": kind, **numbers}
    return msgspec.convert(plain, type=EarlyTermination)


def _limits(source: Source, at: Path, given: Any) -> SweepLimits:
    if given is None:
        return SweepLimits()
    found = fields(source, at)
    _known(source, at, found, {"max_total_trials", "max_concurrent_trials", "timeout", "trial_timeout"}, "the limits")
    total = found.get("max_total_trials")
    concurrent = found.get("max_concurrent_trials")
    seconds = {
        f"{name}_seconds": float(_whole(source, (*at, name), found[name], least=1))
        for name in ("timeout", "trial_timeout")
        if found.get(name) is not None
    }
    total = 1000 if total is None else _whole(source, (*at, "max_total_trials"), total, least=1)
    if concurrent is not None:
        concurrent = _whole(source, (*at, "max_concurrent_trials"), concurrent, least=1)
    return SweepLimits(max_total_trials=total, max_concurrent_trials=concurrent, **seconds)


def _known(source: Source, at: Path, found: dict[str, Any], known: set[str], kind: str) -> None:
    for name in found:
        if name not in known:
            raise source.unknown(name, known, at=at, kind=kind)


def _whole(source: Source, at: Path, given: Any, *, least: int) -> int:
    number = _number(source, at, given, least=least)
    if number != int(number):
        raise source.refuse(
            "number_unfit",
            _("`%(at)s` must be a whole number, not “%(given)s”.") % {"at": at[-1], "given": given},
            at=at,
        )
    return int(number)


def _number(source: Source, at: Path, given: Any, *, least: float, open: bool = False) -> float:
    try:
        number = math.nan if isinstance(given, bool) else float(given)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number) or number < least or (open and number == least):
        words = "more than" if open else "a number from"
        raise source.refuse(
            "number_unfit",
            _("`%(at)s` must be %(words)s %(least)s, not “%(given)s”.")
            % {"at": at[-1], "words": words, "least": f"{least:g}", "given": given},
            at=at,
        )
    return number

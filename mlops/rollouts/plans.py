"""A rollout's plan as somebody gave it: read, and checked before anything is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where
from mlops.formats.rollout import RolloutPlan, RolloutStep

MOST_STEPS = 50


def checked_plan(given: Mapping[str, Any]) -> RolloutPlan:
    """Fields as in formats.rollout.RolloutPlan; a step may be its percent alone. Raises Refusal `plan_invalid`."""
    values = dict(given)
    if isinstance(values.get("steps"), list | tuple):
        values["steps"] = [{"percent": one} if isinstance(one, int | float) else one for one in values["steps"]]
    try:
        plan = msgspec.convert(values, RolloutPlan)
    except msgspec.ValidationError as error:
        place = str(error).partition("`$")[2].rstrip("`").lstrip(".") or "plan"
        why = str(error).partition(" - at")[0]
        message = _("The plan's “%(place)s” cannot be understood: %(why)s.") % {"place": place, "why": why}
        raise _refused(message, _("`steps` is a list such as [1, 10, 50, 100].")) from error
    _check(plan)
    return plan


def _check(plan: RolloutPlan) -> None:
    if not 0 < len(plan.steps) <= MOST_STEPS:
        raise _refused(_("A plan has 1 to %d steps.") % MOST_STEPS, _("Such as 1, 10, 50 and 100 percent."))
    for number, step in enumerate(plan.steps, 1):
        _check_step(number, step)
    shares = [step.percent for step in plan.steps]
    if shares != sorted(shares):
        told = ", ".join(f"{share:g}" for share in shares)
        raise _refused(
            _("The steps go back: %s.") % told, _("Each step's percent must be at least that of the one before.")
        )
    if not 0 < plan.alpha < 0.5:
        raise _refused(_("alpha is %g.") % plan.alpha, _("It is a chance above 0 and below 0.5, usually 0.05."))
    for gate in plan.gates:
        limits = {name: getattr(gate, name, None) for name in ("tolerance", "ratio", "quantile")}
        if (limits["tolerance"] or 0) < 0 or (limits["ratio"] or 1) < 1 or not 0 < (limits["quantile"] or 0.5) < 1:
            message = _("A gate's limit is out of range.")
            raise _refused(message, _("tolerance is at least 0, ratio at least 1, quantile between 0 and 1."))


def _check_step(number: int, step: RolloutStep) -> None:
    told = {"number": number}
    if not (0 <= step.percent <= 100 and 0 <= step.mirror <= 100):
        raise _refused(_("Step %(number)s has a share that is no percentage.") % told, _("From 0 to 100."))
    if not step.percent and not step.mirror:
        message = _("Step %(number)s gives the candidate nothing.") % told
        raise _refused(message, _("Give it a percent of the traffic, or a mirror percent."))
    if step.least_seconds < 0 or step.least_requests < 0:
        raise _refused(_("Step %(number)s waits for less than nothing.") % told, _("Give numbers from 0."))
    if step.most_seconds is not None and step.most_seconds < step.least_seconds:
        message = _("Step %(number)s must end before it may.") % told
        raise _refused(message, _("most_seconds must be at least least_seconds."))


def _refused(message: str, hint: str) -> Refusal:
    return Refusal("plan_invalid", message, hint=hint, where=Where(parameter="plan"))

"""What a transition needs: the rules that hold for it, joined to one demand."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.access.models import Role
from mlops.registry.models import EVERY_NAME, ApprovalRule, PointKind, RegisteredModel, Stage, Transition

LEAST_DAYS = 1


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """`checks` hold for what comes into a stage or under an alias, `approvals` also for what leaves it."""

    approvals: int
    by: str
    asker_may_approve: bool
    checks: tuple[dict[str, Any], ...]
    expires_after_days: int


OF_OLD = Demand(approvals=1, by=Role.OWNER, asker_may_approve=False, checks=(), expires_after_days=14)
"""Of a request that was asked before requests kept what they need."""


def rule_for(model: RegisteredModel, kind: str, name: str) -> ApprovalRule | None:
    """The model's own rule counts before the project's, and one by its name before that of `*`."""
    known = ApprovalRule.objects.filter(project_id=model.project_id, kind=kind, name__in=(name, EVERY_NAME))
    found = [one for one in known if one.model_id in (None, model.pk)]
    return min(found, key=lambda one: (one.model_id is None, one.name == EVERY_NAME), default=None)


def demand_of(transition: Transition) -> Demand | None:
    """None where nobody is to be asked. A transition is held to the rules of the moment in which this is asked."""
    model, kind, name = transition.model, transition.kind, transition.name
    goes_nowhere = transition.is_removal or (kind == PointKind.STAGE and name == Stage.NONE)
    entering = None if goes_nowhere else rule_for(model, kind, name)
    leaving = _left(transition)
    rules = [one for one in (entering, leaving) if one is not None]
    if not rules:
        return None
    return Demand(
        approvals=max(one.approvals for one in rules),
        by=Role.OWNER if any(one.by == Role.OWNER for one in rules) else Role.CONTRIBUTOR,
        asker_may_approve=all(one.asker_may_approve for one in rules),
        checks=tuple(entering.checks) if entering is not None else (),
        expires_after_days=max(LEAST_DAYS, min(one.expires_after_days for one in rules)),
    )


def demand_of_request(request: Transition) -> Demand:
    """Of one that waits: by the rules of the moment; once they are gone, as it was when it was asked."""
    present = demand_of(request)
    if present is not None:
        return present
    return OF_OLD if request.demand is None else msgspec.convert(request.demand, Demand)


def _left(transition: Transition) -> ApprovalRule | None:
    """The rule of the stage that the version leaves, or of the alias that is taken away."""
    if transition.kind == PointKind.ALIAS:
        return rule_for(transition.model, PointKind.ALIAS, transition.name) if transition.is_removal else None
    stage = transition.version.stage
    if stage in (Stage.NONE, transition.name):
        return None
    return rule_for(transition.model, PointKind.STAGE, stage)

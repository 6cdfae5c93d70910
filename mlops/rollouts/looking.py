"""Looks at a rollout that is under way, and does what the decision says."""

from __future__ import annotations

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.deployments.models import DeploymentState
from mlops.events.chain import notify
from mlops.rollouts import moving
from mlops.rollouts.deciding import decide, decide_start
from mlops.rollouts.models import WAITING, Rollout, RolloutState
from mlops.rollouts.seeing import Arm, Clock, Decision
from mlops.rollouts.windows import arms as seen

Arms = tuple[Arm, Arm]


def look(rollout: Rollout) -> bool:
    """Whether the traffic was moved. A paused rollout does not go on, but it is still rolled back when it must be."""
    decision, arms = judged(rollout)
    if decision.act == "roll_back":
        return moving.roll_back(rollout, decision, arms=arms)
    if rollout.state == RolloutState.RUNNING and decision.act == "advance":
        return moving.advance(rollout, decision, arms=arms)
    if rollout.state == RolloutState.RUNNING and decision.act == "finish":
        return moving.finish(rollout, decision, arms=arms)
    _tell(rollout, decision)
    return False


def judged(rollout: Rollout) -> tuple[Decision, Arms | None]:
    candidate, control = rollout.candidate, rollout.control
    if candidate is None:
        return Decision(
            act="roll_back", reason=_("“%(candidate_name)s” is gone.") % {"candidate_name": rollout.candidate_name}
        ), None
    plan = rollout.planned
    if rollout.step == WAITING:
        return decide_start(candidate.state, candidate.reason, first=plan.steps[0]), None
    arms = seen(rollout)
    unwell = candidate.state in (DeploymentState.UNHEALTHY, DeploymentState.FAILED)
    clock = Clock(
        step_seconds=rollout.step_seconds,
        candidate_unwell_seconds=(timezone.now() - candidate.state_since).total_seconds() if unwell else 0.0,
        control_is_well=control is not None and control.state == DeploymentState.HEALTHY,
    )
    return decide(plan, rollout.step, candidate=arms[0], control=arms[1], clock=clock), arms


def _tell(rollout: Rollout, decision: Decision) -> None:
    """What is waited for, for whoever looks at the page."""
    same = Rollout.objects.filter(pk=rollout.pk, moves=rollout.moves)
    gates = msgspec.to_builtins(decision.gates)
    values = {"gates": gates, "looked_at": timezone.now()}
    if rollout.state == RolloutState.RUNNING:
        values |= {"reason": decision.reason, "hint": decision.hint}
    changed = (rollout.gates, rollout.reason) != (gates, values.get("reason", rollout.reason))
    if changed and same.update(**values):
        notify("endpoint", str(rollout.endpoint_id), project=rollout.endpoint.project)

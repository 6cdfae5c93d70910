"""A rollout's moves: to a step, back, to the end. Each is one conditional write beside the traffic and the event, so
that of two workers, or of a worker and a person, one moves it and the other finds it moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone

from mlops.deployments.models import Deployment, Endpoint
from mlops.deployments.shifting import shift
from mlops.deployments.traffic import Shares, with_share
from mlops.events.chain import record
from mlops.rollouts.models import Rollout, RolloutState
from mlops.rollouts.seeing import Arm, Decision
from mlops.rollouts.windows import keep, noted


def advance(rollout: Rollout, decision: Decision, *, arms: tuple[Arm, Arm] | None, actor: Any = None) -> bool:
    """To the next step. `arms` are what the present one saw; None before the first."""
    plan, now = rollout.planned, timezone.now()
    following = plan.steps[rollout.step + 1]
    values = _ended_step(rollout, decision, arms, now) | {
        "step": rollout.step + 1,
        "step_began_at": now,
        "waited_seconds": 0.0,
        "counted_before": noted(rollout, following, at=now),
        "reason": decision.reason,
        "hint": decision.hint,
    }
    shares = with_share(_others(rollout), rollout.candidate_name, following.percent)
    mirrors = {**rollout.mirrors_before, rollout.candidate_name: following.mirror}
    type = "mlops.rollout.advanced" if rollout.step >= 0 else "mlops.rollout.started"
    data = {"step": rollout.step + 2, "percent": following.percent, "mirror": following.mirror}
    return _move(rollout, values, shares, mirrors, type=type, actor=actor, reason=decision.reason, data=data)


def finish(rollout: Rollout, decision: Decision, *, arms: tuple[Arm, Arm] | None, actor: Any = None) -> bool:
    """The candidate has what the last step gave it, and becomes the default where that is all."""
    last = rollout.planned.steps[-1]
    percent = 100.0 if actor else last.percent
    shares = with_share(_others(rollout), rollout.candidate_name, percent)
    values = _ended_step(rollout, decision, arms, timezone.now()) | _end(RolloutState.FINISHED, decision)
    values["traffic_after"] = shares
    type = "mlops.rollout.promoted" if actor else "mlops.rollout.finished"
    mirrors = {**rollout.mirrors_before, rollout.candidate_name: 0.0}
    return _move(rollout, values, shares, mirrors, type=type, actor=actor, reason=decision.reason)


def roll_back(rollout: Rollout, decision: Decision, *, arms: tuple[Arm, Arm] | None, actor: Any = None) -> bool:
    """The traffic is what it was before the rollout, without deployments that are gone. Also of one that finished."""
    values = _end(RolloutState.ROLLED_BACK, decision)
    if rollout.is_live:
        values |= _ended_step(rollout, decision, arms, timezone.now())
    names = set(Deployment.objects.filter(endpoint=rollout.endpoint).values_list("name", flat=True))
    shares = _whole({name: share for name, share in rollout.traffic_before.items() if name in names})
    mirrors = {name: share for name, share in rollout.mirrors_before.items() if name in names}
    data = {"by": "hand" if actor else "gate", "gates": [gate.kind for gate in decision.gates if gate.state == "bad"]}
    return _move(
        rollout, values, shares, mirrors,
        type="mlops.rollout.rolled_back", actor=actor, reason=decision.reason, data=data,
        default=rollout.default_before if rollout.default_before in shares else "",
    )  # fmt: skip


def stop(rollout: Rollout, decision: Decision, *, arms: tuple[Arm, Arm] | None, actor: Any) -> bool:
    """The traffic stays as it is; nobody leads it any more."""
    values = _ended_step(rollout, decision, arms, timezone.now()) | _end(RolloutState.STOPPED, decision)
    mirrors = {**rollout.mirrors_before, rollout.candidate_name: 0.0}
    shares = rollout.endpoint.traffic
    return _move(
        rollout, values, shares, mirrors, type="mlops.rollout.stopped", actor=actor, reason=decision.reason
    )  # fmt: skip


def _move(
    rollout: Rollout,
    values: dict[str, Any],
    shares: Mapping[str, float],
    mirrors: Mapping[str, float],
    *,
    type: str,
    actor: Any,
    reason: str,
    data: dict[str, Any] | None = None,
    default: str = "",
) -> bool:
    with transaction.atomic():
        endpoint = (
            Endpoint.objects.select_for_update(of=("self",), no_key=True)
            .select_related("project")
            .get(pk=rollout.endpoint_id)
        )
        same = Rollout.objects.filter(pk=rollout.pk, moves=rollout.moves, state=rollout.state)
        if not same.update(moves=rollout.moves + 1, **values):
            return False
        before = endpoint.traffic
        shift(endpoint, shares, mirrors=mirrors, default=default)
        record(
            actor,
            type,
            subject=f"endpoints/{rollout}",
            project=endpoint.project,
            reason=reason,
            data={"candidate": rollout.candidate_name, "before": before, "after": endpoint.traffic, **(data or {})},
            notice=("endpoint", str(endpoint.pk)),
            before={"state": rollout.state, "traffic": before},
            after={"state": values.get("state", rollout.state), "traffic": endpoint.traffic},
        )
    rollout.refresh_from_db()
    return True


def _ended_step(
    rollout: Rollout, decision: Decision, arms: tuple[Arm, Arm] | None, now: datetime
) -> dict[str, Any]:  # fmt: skip
    """The present step as one of the past. What the control did is kept where it did something."""
    if arms is None or rollout.step < 0:
        return {}
    candidate, control = arms
    told = {
        "step": rollout.step + 1,
        "began_at": rollout.step_began_at.isoformat(),
        "ended_at": now.isoformat(),
        "candidate": keep(candidate),
        "control": keep(control),
        "gates": msgspec.to_builtins(decision.gates),
        "act": decision.act,
        "reason": decision.reason,
    }
    seen = {"control_seen": keep(control)} if control.requests else {}
    return {"past": [*rollout.past, told], "gates": msgspec.to_builtins(decision.gates), **seen}


def _end(state: RolloutState, decision: Decision) -> dict[str, Any]:
    now = timezone.now()
    return {
        "state": state,
        "state_since": now,
        "ended_at": now,
        "reason": decision.reason,
        "hint": decision.hint,
    }


def _others(rollout: Rollout) -> Shares:
    """The shares of before, without the candidate; the control alone where it had none."""
    others = {name: share for name, share in rollout.traffic_before.items() if name != rollout.candidate_name}
    return others or {rollout.control_name: 100.0}


def _whole(shares: Shares) -> Shares:
    """Scaled to 100, where a deployment with a share is gone."""
    total = sum(shares.values())
    if not total or total == 100:
        return shares
    return with_share(shares, last := list(shares)[-1], 100 * shares[last] / total)

"""Rollouts as people lead them: begun, paused, resumed, promoted, rolled back, stopped; and outcomes reported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.deployments.models import Deployment, DeploymentState, Endpoint
from mlops.deployments.targets import has_address
from mlops.events.chain import record
from mlops.events.facts import Change, sides
from mlops.formats.refusal import Refusal, Where
from mlops.rollouts import guarding, moving
from mlops.rollouts.looking import judged
from mlops.rollouts.models import LIVE, WAITING, Rollout, RolloutState
from mlops.rollouts.plans import checked_plan
from mlops.rollouts.seeing import Decision
from mlops.work.calls import later


def create_rollout(
    actor: Any,
    endpoint: Endpoint,
    *,
    candidate: Deployment,
    control: Deployment | None = None,
    plan: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Rollout:
    """The control is the deployment with the most traffic unless it is named. The candidate may still be starting."""
    require(actor, "endpoints.traffic", endpoint.project)
    planned = checked_plan(plan or {})
    with transaction.atomic():
        endpoint = (
            Endpoint.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=endpoint.pk)
        )
        guarding.require_free(endpoint, None)
        control = control or _usual_control(endpoint, candidate)
        _require_fit(endpoint, candidate, control)
        now, last = timezone.now(), Rollout.objects.filter(endpoint=endpoint).first()
        rollout = Rollout.objects.create(
            endpoint=endpoint,
            number=last.number + 1 if last else 1,
            candidate=candidate,
            control=control,
            candidate_name=candidate.name,
            control_name=control.name,
            plan=msgspec.to_builtins(planned),
            traffic_before=endpoint.traffic,
            mirrors_before={name: share for name, share in endpoint.mirrors.items() if name != candidate.name},
            default_before=endpoint.default,
            state_since=now,
            step=WAITING,
            step_began_at=now,
            reason=_("Begins within a few seconds."),
            created_by=actor,
        )
        endpoint.control = control.name
        endpoint.save(update_fields=["control"])
        data = {"candidate": candidate.name, "control": control.name, "plan": rollout.plan}
        _record(actor, rollout, "mlops.rollout.created", reason=reason, **data)
        later("rollouts.look")
    return rollout


def pause(actor: Any, rollout: Rollout, *, reason: str = "") -> Rollout:
    """It does not go on until it is resumed; it is still rolled back when a gate says so."""
    return _switch(actor, rollout, RolloutState.RUNNING, RolloutState.PAUSED, "mlops.rollout.paused", reason)


def resume(actor: Any, rollout: Rollout, *, reason: str = "") -> Rollout:
    return _switch(actor, rollout, RolloutState.PAUSED, RolloutState.RUNNING, "mlops.rollout.resumed", reason)


def promote(actor: Any, rollout: Rollout, *, reason: str = "") -> Rollout:
    """All the traffic to the candidate now, whatever the plan still waits for."""
    require(actor, "endpoints.traffic", rollout.endpoint.project)
    _require_live(rollout)
    candidate = rollout.candidate
    if candidate is None or candidate.ready_revision is None or candidate.state != DeploymentState.HEALTHY:
        state = candidate.get_state_display() if candidate else _("gone")
        message = _("“%(name)s” cannot take all the traffic: it is %(state)s.")
        raise Refusal(
            "candidate_not_healthy",
            message % {"name": rollout.candidate_name, "state": state},
            hint=_("Wait until it is healthy, or roll back."),
            status=409,
        )
    decision, arms = judged(rollout)
    said = reason or _("Promoted by hand.")
    _moved(rollout, moving.finish(rollout, _by_hand(decision, "finish", said), arms=arms, actor=actor))
    return rollout


def roll_back(actor: Any, rollout: Rollout, *, reason: str = "") -> Rollout:
    """The earlier traffic, at once. Also after the rollout has finished, while nothing newer has begun."""
    require(actor, "endpoints.traffic", rollout.endpoint.project)
    if not rollout.is_live:
        _require_latest_finished(rollout)
    decision, arms = judged(rollout) if rollout.is_live else (Decision(act="roll_back", reason=""), None)
    said = reason or _("Rolled back by hand.")
    _moved(rollout, moving.roll_back(rollout, _by_hand(decision, "roll_back", said), arms=arms, actor=actor))
    return rollout


def stop(actor: Any, rollout: Rollout, *, reason: str = "") -> Rollout:
    """The traffic stays as it is, and may be set by hand again."""
    require(actor, "endpoints.traffic", rollout.endpoint.project)
    _require_live(rollout)
    decision, arms = judged(rollout)
    said = reason or _("Stopped by hand; the traffic stays as it is.")
    _moved(rollout, moving.stop(rollout, _by_hand(decision, "hold", said), arms=arms, actor=actor))
    return rollout


def _switch(actor: Any, rollout: Rollout, old: str, new: str, type: str, reason: str) -> Rollout:
    require(actor, "endpoints.traffic", rollout.endpoint.project)
    _require_live(rollout)
    now = timezone.now()
    values: dict[str, Any] = {"state": new, "state_since": now, "moves": rollout.moves + 1, "hint": ""}
    values["reason"] = reason or (_("Paused by hand.") if new == RolloutState.PAUSED else _("Goes on."))
    if new == RolloutState.RUNNING:
        values["waited_seconds"] = rollout.waited_seconds + (now - rollout.state_since).total_seconds()
    with transaction.atomic():
        if rollout.state == new:
            return rollout
        same = Rollout.objects.filter(pk=rollout.pk, moves=rollout.moves, state=old)
        _moved(rollout, bool(same.update(**values)))
        rollout.refresh_from_db()
        _record(actor, rollout, type, reason=reason, change=({"state": old}, {"state": new}))
    return rollout


def _by_hand(decision: Decision, act: Any, reason: str) -> Decision:
    return Decision(act=act, reason=reason, gates=decision.gates)


def _usual_control(endpoint: Endpoint, candidate: Deployment) -> Deployment:
    others = {name: share for name, share in endpoint.traffic.items() if name != candidate.name}
    found = Deployment.objects.filter(endpoint=endpoint, name__in=others)
    control = max(found, key=lambda one: others[one.name], default=None)
    if control is None:
        raise Refusal(
            "control_missing",
            _("No other deployment of “%(endpoint)s” has traffic, so there is nothing to compare “%(name)s” with.")
            % {"endpoint": endpoint.name, "name": candidate.name},
            hint=_("Give the present version the traffic first, then roll the new one out."),
            status=409,
            where=Where(parameter="control"),
        )
    return control


def _require_fit(endpoint: Endpoint, candidate: Deployment, control: Deployment) -> None:
    if candidate.endpoint_id != endpoint.pk or control.endpoint_id != endpoint.pk or candidate.pk == control.pk:
        raise Refusal(
            "candidate_is_control",
            _("Candidate and control are two different deployments of one endpoint."),
            hint=_("Deploy the new version beside the present one."),
            where=Where(parameter="candidate"),
        )
    if not endpoint.traffic.get(control.name) or control.ready_revision is None:
        raise Refusal(
            "control_without_traffic",
            _("The control “%(name)s” has no traffic to be compared with.") % {"name": control.name},
            hint=_("Name a control that serves, or give it traffic first."),
            status=409,
            where=Where(parameter="control"),
        )
    if not has_address(candidate.target):
        raise Refusal(
            "has_no_address",
            _("“%(name)s” runs on devices, which the router does not reach.") % {"name": candidate.name},
            hint=_("Deploy the version on another target to roll it out here."),
            status=409,
            where=Where(parameter="candidate"),
        )
    if candidate.state == DeploymentState.FAILED and candidate.ready_revision is None:
        raise Refusal(
            "candidate_failed",
            _("“%(name)s” has failed: %(reason)s") % {"name": candidate.name, "reason": candidate.reason},
            hint=candidate.hint or _("Correct it and update the deployment."),
            status=409,
            where=Where(parameter="candidate"),
        )


def _require_live(rollout: Rollout) -> None:
    if rollout.state in LIVE:
        return
    raise Refusal(
        "rollout_ended",
        _("Rollout %(number)s has ended: %(reason)s") % {"number": rollout.number, "reason": rollout.reason},
        hint=_("Begin a new one."),
        status=409,
    )


def _require_latest_finished(rollout: Rollout) -> None:
    newer = Rollout.objects.filter(endpoint=rollout.endpoint, number__gt=rollout.number).exists()
    moved = rollout.endpoint.traffic != rollout.traffic_after
    if rollout.state != RolloutState.FINISHED or newer or moved:
        raise Refusal(
            "rollout_ended",
            _("Rollout %(number)s cannot be rolled back any more.") % {"number": rollout.number},
            hint=_("The traffic was changed after it. Set it by hand, or begin a new rollout."),
            status=409,
        )


def _moved(rollout: Rollout, is_moved: bool) -> None:
    if is_moved:
        return
    raise Refusal(
        "rollout_moved_on",
        _("Rollout %(number)s has just moved on by itself.") % {"number": rollout.number},
        hint=_("Look at it again, then decide."),
        status=409,
    )


def _record(
    actor: Any, rollout: Rollout, type: str, *, reason: str = "", change: Change | None = None, **data: Any
) -> None:
    endpoint = rollout.endpoint
    notice = ("endpoint", str(endpoint.pk))
    subject = f"endpoints/{rollout}"
    project, told = endpoint.project, sides(change)
    record(actor, type, subject=subject, project=project, data=data, reason=reason, notice=notice, **told)

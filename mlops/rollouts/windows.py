"""What the deployments of a rollout did since its present step began.

Counts lie in minutes; a step begins within one. So what that minute held already is noted then and taken off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, F, Sum

from mlops.deployments.counting import LIVE, MIRRORED, Kind
from mlops.deployments.models import Deployment
from mlops.formats.rollout import RolloutStep
from mlops.formats.serving import LATENCY_BOUNDS
from mlops.rollouts.models import Outcome, Rollout
from mlops.rollouts.seeing import Arm
from mlops.stats.sequential import Moments

BUCKETS = len(LATENCY_BOUNDS) + 1


def noted(rollout: Rollout, step: RolloutStep, *, at: datetime) -> dict[str, Any]:
    """What the minute of `at` holds already, for `counted_before`."""
    return {
        "candidate": _sums(rollout.candidate, _kind(step), at, only=True),
        "control": _sums(rollout.control, LIVE, at, only=True),
    }


def arms(rollout: Rollout) -> tuple[Arm, Arm]:
    """Candidate and control. In a shadow step the candidate's are its mirrored requests; where the control has no
    traffic left, what it did in the last step with some."""
    step = rollout.planned.steps[rollout.step]
    candidate = _arm(rollout, rollout.candidate, _kind(step), "candidate")
    control = _arm(rollout, rollout.control, LIVE, "control")
    if step.percent >= 100 and rollout.control_seen:
        return candidate, kept(rollout.control_seen)
    return candidate, control


def keep(arm: Arm) -> dict[str, Any]:
    """As JSON."""
    return {
        "requests": arm.requests,
        "errors": arm.errors,
        "latency_counts": list(arm.latency_counts),
        "values": list(arm.values),
    }


def kept(told: dict[str, Any]) -> Arm:
    return Arm(
        requests=told["requests"],
        errors=told["errors"],
        latency_counts=tuple(told["latency_counts"]),
        values=Moments(*told["values"]),
    )


def _kind(step: RolloutStep) -> Kind:
    return MIRRORED if step.mirror and not step.percent else LIVE


def _arm(rollout: Rollout, deployment: Deployment | None, kind: Kind, name: str) -> Arm:
    now = _sums(deployment, kind, rollout.step_began_at)
    before = rollout.counted_before.get(name) or _nothing()
    return Arm(
        requests=now["requests"] - before["requests"],
        errors=now["errors"] - before["errors"],
        latency_counts=tuple(
            new - old for new, old in zip(now["latency_counts"], before["latency_counts"], strict=True)
        ),
        values=_reported(deployment, rollout.step_began_at),
    )


def _sums(deployment: Deployment | None, kind: Kind, since: datetime, *, only: bool = False) -> dict[str, Any]:
    """Of the minute in which `since` lies and, unless `only` it is meant, of those after it."""
    sums = _nothing()
    minute = since.replace(second=0, microsecond=0)
    rows = kind.minute.objects.filter(deployment=deployment, minute__gte=minute)
    for row in rows.filter(minute=minute) if only else rows:
        sums["requests"] += row.requests
        sums["errors"] += row.errors
        if len(row.latency_counts) == BUCKETS:
            sums["latency_counts"] = [a + b for a, b in zip(sums["latency_counts"], row.latency_counts, strict=True)]
    return sums


def _nothing() -> dict[str, Any]:
    return {"requests": 0, "errors": 0, "latency_counts": [0] * BUCKETS}


def _reported(deployment: Deployment | None, since: datetime) -> Moments:
    found = Outcome.objects.filter(deployment=deployment, reported_at__gte=since).aggregate(
        count=Count("pk"), total=Sum("value"), squares=Sum(F("value") * F("value"))
    )
    return Moments(found["count"], found["total"] or 0.0, found["squares"] or 0.0)

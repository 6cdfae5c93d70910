"""An attempt's change of stage: one conditional write beside its event, so that of two workers one moves it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from mlops.events.chain import notify, record
from mlops.retraining.models import LIVE, Attempt, Stage
from mlops.work.calls import later

EVENTS = {
    Stage.PROMOTED: "promoted",
    Stage.REJECTED: "rejected",
    Stage.FAILED: "failed",
    Stage.CANCELLED: "cancelled",
    Stage.SKIPPED: "skipped",
    Stage.AWAITING_APPROVAL: "approval_wanted",
    Stage.COMPARED: "compared",
}


def move(attempt: Attempt, to: str, *, reason: str, hint: str = "", actor: Any = None, **values: Any) -> bool:
    """False where somebody else has moved it meanwhile. `values`: columns that change with it."""
    now = timezone.now()
    stage = Stage(to)
    past = {
        "stage": attempt.stage,
        "since": attempt.state_since.isoformat(),
        "until": now.isoformat(),
        "reason": reason,
        "by": actor.get_username() if actor else "",
    }
    changes: dict[str, Any] = {
        "stage": stage,
        "reason": reason,
        "hint": hint,
        "state_since": now,
        "moves": attempt.moves + 1,
        "lease_until": None,
        "losses": 0,
        "history": [*attempt.history, past],
        "ended_at": None if stage in LIVE else now,
        "failed_in": attempt.stage if stage in (Stage.FAILED, Stage.CANCELLED) else "",
        **values,
    }
    with transaction.atomic():
        if not Attempt.objects.filter(pk=attempt.pk, moves=attempt.moves).update(**changes):
            return False
        for name, value in changes.items():
            setattr(attempt, name, value)
        if stage in EVENTS:
            tell(actor, attempt, EVENTS[stage], reason=reason)
        else:
            _notify(attempt)
        later("retraining.advance", attempt.pk)
        if stage not in LIVE:
            later("retraining.look")
    return True


def wait(attempt: Attempt, *, reason: str, hint: str = "") -> None:
    """It stays in its stage; whoever looks at the page sees what for."""
    if not reason or (attempt.reason, attempt.hint) == (reason, hint):
        return
    if Attempt.objects.filter(pk=attempt.pk, moves=attempt.moves).update(reason=reason, hint=hint):
        attempt.reason, attempt.hint = reason, hint
        _notify(attempt)


def tell(actor: Any, attempt: Attempt, act: str, *, reason: str = "") -> None:
    """Records the event of an attempt, in the caller's transaction."""
    policy, verdict = attempt.policy, attempt.verdict or {}
    settings = attempt.wanted
    data = {
        "policy": policy.name,
        "policy_id": str(policy.pk),
        "attempt": attempt.number,
        "model": settings.model,
        "endpoint": settings.endpoint,
        "champion": attempt.champion_label,
        "challenger": attempt.challenger_label,
        "trigger": attempt.trigger["kind"],
        "outcome": verdict.get("outcome", ""),
        "run": str(attempt.run_id or ""),
        "dry_run": attempt.is_dry_run,
    }
    record(
        actor,
        f"mlops.retraining.{act}",
        subject=f"retraining/{policy.pk}/attempts/{attempt.number}",
        project=policy.project,
        data=data,
        reason=reason,
        notice=("retraining", str(policy.pk)),
    )


def _notify(attempt: Attempt) -> None:
    notify("retraining", str(attempt.policy_id), project=attempt.policy.project)

"""Policies and attempts as REST and the command line show them."""

from __future__ import annotations

from typing import Any

from mlops.retraining.models import Attempt, Policy


def policy_view(policy: Policy) -> dict[str, Any]:
    return {
        "id": policy.pk,
        "name": policy.name,
        "project": policy.project.slug,
        "description": policy.description,
        "model": policy.settings["model"],
        "endpoint": policy.settings.get("endpoint", ""),
        "enabled": policy.is_enabled,
        "reason": policy.reason,
        "next_at": policy.next_at,
        "revision": policy.revision,
        "settings": policy.settings,
        "created_at": policy.created_at,
        "created_by": _name(policy.created_by),
        "runs_as": _name(policy.runs_as),
    }


def attempt_row(attempt: Attempt) -> dict[str, Any]:
    """Without its evidence."""
    run, rollout = attempt.run, attempt.rollout
    verdict = attempt.verdict or {}
    return {
        "id": attempt.pk,
        "policy": attempt.policy_id,
        "number": attempt.number,
        "stage": attempt.stage,
        "is_live": attempt.is_live,
        "is_dry_run": attempt.is_dry_run,
        "reason": attempt.reason,
        "hint": attempt.hint,
        "since": attempt.state_since,
        "revision": attempt.revision,
        "trigger": attempt.trigger,
        "outcome": verdict.get("outcome", ""),
        "champion": attempt.champion_label,
        "challenger": attempt.challenger_label,
        "data": attempt.data_label,
        "data_rows": attempt.data_rows,
        "parameters": attempt.parameters,
        "run": str(run.pk) if run else None,
        "run_number": run.number if run else None,
        "deployment": attempt.deployment.name if attempt.deployment else "",
        "rollout": rollout.number if rollout else None,
        "approval": attempt.approval,
        "failed_in": attempt.failed_in,
        "created_at": attempt.created_at,
        "created_by": _name(attempt.created_by),
        "ended_at": attempt.ended_at,
    }


def attempt_view(attempt: Attempt) -> dict[str, Any]:
    return {
        **attempt_row(attempt),
        "settings": attempt.settings,
        "evidence": attempt.evidence,
        "verdict": attempt.verdict,
        "history": attempt.history,
    }


def _name(person: Any) -> str:
    return str(person.get_username()) if person else ""

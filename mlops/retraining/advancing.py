"""Looks at an attempt and does what the decision says; a stage that takes work is handed to a worker."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.deployments.models import Deployment
from mlops.formats.refusal import Refusal
from mlops.retraining import preparing, promoting
from mlops.retraining.champion import endpoint_of, serving
from mlops.retraining.deciding import Move, Seen, decide
from mlops.retraining.ending import stop_run
from mlops.retraining.models import LIVE, WORKED_ON, Attempt, Stage
from mlops.retraining.moving import move, wait
from mlops.work.calls import later

_log = logging.getLogger(__name__)
ROWS = (
    "policy__project",
    "policy__runs_as",
    "window__version__dataset",
    "run",
    "challenger__model",
    "champion__model",
    "deployment",
    "rollout",
)
AGAIN = ("rollout_under_way", "deployment_in_transition", "in_transition")
"""Refusals that pass by themselves."""


def advance(attempt_id: UUID | str) -> None:
    """As far as it goes now. A Refusal on the way ends in the row, with the model in use as it was."""
    for _step in range(len(Stage)):
        try:
            with transaction.atomic():
                attempt = (
                    Attempt.objects.select_for_update(of=("self",), no_key=True)
                    .select_related(*ROWS)
                    .get(pk=attempt_id)
                )
                if attempt.stage not in LIVE:
                    return
                if attempt.stage in WORKED_ON:
                    later("retraining.work", attempt.pk)
                    return
                if not _look(attempt):
                    return
        except Refusal as refusal:
            attempt = Attempt.objects.select_related(*ROWS).get(pk=attempt_id)
            if refusal.code in AGAIN:
                wait(
                    attempt,
                    reason=_("%(message)s It goes on by itself then.") % {"message": refusal.message},
                    hint=refusal.hint,
                )
                return
            move(attempt, Stage.FAILED, reason=refusal.message, hint=refusal.hint)
            return
        except Exception:  # one attempt's fault must not keep the others from going on
            _log.exception("The attempt %s could not be advanced.", attempt_id)
            attempt = Attempt.objects.select_related(*ROWS).get(pk=attempt_id)
            hint = _("The worker's log has the traceback. The model in use stays; retry once it is mended.")
            move(attempt, Stage.FAILED, reason=_("An unexpected fault ended it."), hint=hint)
            return


def _look(attempt: Attempt) -> bool:
    """Whether something changed, so that another look is worth it."""
    decision = decide(attempt.wanted, seen(attempt))
    if decision.act == "cancel_run":
        stop_run(attempt)
    if decision.act == "save_window":
        preparing.save_window(attempt)
        wait(attempt, reason=decision.reason)
        return True
    if decision.act == "call":
        return preparing.call_pipeline(attempt)
    if decision.act == "register":
        promoting.register_version(attempt)
        wait(attempt, reason=decision.reason)
        return True
    if decision.act == "deploy":
        promoting.deploy(attempt)
        wait(attempt, reason=decision.reason)
        return True
    if decision.act == "roll_out":
        rollout = promoting.roll_out(attempt)
        return move(attempt, decision.to, reason=decision.reason, rollout=rollout)
    if not decision.to:
        wait(attempt, reason=decision.reason, hint=decision.hint)
        return False
    return _moved(attempt, decision)


def _moved(attempt: Attempt, decision: Move) -> bool:
    if decision.to == "promoted":
        promoting.mark_champion(attempt)
        told = promoting.point(attempt)
        return move(attempt, decision.to, reason=f"{decision.reason} {told}".strip(), hint=decision.hint)
    if decision.to == "rejected":
        promoting.mark_rejected(attempt)
    return move(attempt, decision.to, reason=decision.reason, hint=decision.hint)


def seen(attempt: Attempt) -> Seen:
    now = timezone.now()
    earlier = Attempt.objects.filter(policy=attempt.policy, stage__in=LIVE, is_dry_run=False, number__lt=attempt.number)
    ahead = None if attempt.is_dry_run or attempt.stage != Stage.TRIGGERED else earlier.first()
    run, deployment, rollout, told = attempt.run, attempt.deployment, attempt.rollout, attempt.approval or {}
    return Seen(
        stage=attempt.stage,
        seconds=(now - attempt.state_since).total_seconds(),
        is_dry_run=attempt.is_dry_run,
        is_first=ahead is None,
        ahead=f"attempt {ahead.number}" if ahead else "",
        window=attempt.window.state if attempt.window else "",
        window_reason=attempt.window.reason if attempt.window else "",
        window_hint=attempt.window.hint if attempt.window else "",
        run=run.state if run else "",
        run_reason=run.reason if run else "",
        run_seconds=(now - run.created_at).total_seconds() if run else 0.0,
        approval=told.get("act", ""),
        approver=told.get("by", ""),
        approval_reason=told.get("reason", ""),
        is_registered=attempt.challenger_id is not None,
        has_champion=attempt.stage == Stage.DEPLOYING and _has_other(attempt, deployment),
        deployment=deployment.state if deployment else "",
        deployment_reason=deployment.reason if deployment else "",
        rollout=rollout.state if rollout else "",
        rollout_reason=rollout.reason if rollout else "",
    )


def _has_other(attempt: Attempt, deployment: Deployment | None) -> bool:
    """Whether another deployment has the traffic, which is to be taken over step by step."""
    endpoint = endpoint_of(attempt.policy.project, attempt.wanted)
    present = serving(endpoint) if endpoint else None
    return present is not None and (deployment is None or present.pk != deployment.pk)

"""Tokens of running steps: the code of a job speaks for its own run by one, and for nothing else.

It is good while the attempt of the step for which it was made runs: it ends with the step, with the loss of its worker
and with the run's cancelling, whether or not somebody tidies up."""

from __future__ import annotations

import hashlib
import secrets

from mlops.runs.models import Run, Step, StepToken

PREFIX = "mlstep_"


def issue(step: Step) -> str:
    """The secret, which is told once."""
    secret = PREFIX + secrets.token_urlsafe(32)
    StepToken.objects.create(step=step, attempt=step.attempt, digest=_digest(secret))
    return secret


def end(step: Step) -> None:
    """Those of this attempt and of those before it: another worker may be at the next."""
    StepToken.objects.filter(step=step, attempt__lte=step.attempt).delete()


def run_of(secret: str) -> Run | None:
    """The run that the secret speaks for now."""
    known = StepToken.objects.filter(digest=_digest(secret), step__state="running")
    told = known.values_list("attempt", "step__attempt", "step__run_id").first()
    if told is None or told[0] != told[1]:
        return None
    return Run.objects.select_related("project", "experiment__project", "created_by").filter(pk=told[2]).first()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

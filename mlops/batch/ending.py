"""The ends of a job: completed, failed or cancelled, each of them once, with the step and the run that show it."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.batch.journal import say, step_of, tell_pages
from mlops.batch.models import BatchJob, MiniBatch, MiniBatchState, Phase, Scorer
from mlops.execution.advance import advance
from mlops.formats.refusal import Refusal
from mlops.formats.step import StepError
from mlops.runs.logging import Point, forget_metrics, log_metrics
from mlops.runs.moves import move_step

UNDER_WAY = (Phase.PREPARING, Phase.SCORING, Phase.ASSEMBLING)


def fail(job: BatchJob, refusal: Refusal) -> None:
    error = StepError(code=refusal.code, message=refusal.message, hint=refusal.hint, where=refusal.where)
    _end(job, to="failed", reason=refusal.message, error=msgspec.to_builtins(error))


def cancel(job: BatchJob) -> None:
    _end(
        job,
        to="cancelled",
        reason=_("The job was cancelled after %(done)d of %(all)d mini-batches.")
        % {"done": job.done_batches, "all": job.total_batches},
    )


def complete(job: BatchJob, *, outputs: dict[str, Any], reason: str, metrics: dict[str, float], owner: str) -> None:
    """Taken over once, from the worker that wrote the output."""
    now = timezone.now()
    with transaction.atomic():
        mine = BatchJob.objects.filter(pk=job.pk, phase=Phase.ASSEMBLING, lease_owner=owner)
        if not mine.update(phase=Phase.ENDED, phase_since=now, reason="", lease_until=None, lease_owner=""):
            return
        step = step_of(job)
        forget_metrics(job.run, node=step.node)
        log_metrics(job.run, [Point(key, value, at=now) for key, value in metrics.items()], node=step.node)
        move_step(
            step, expected=("running",), to="completed", reason=reason, outputs=outputs, progress=1.0, ended_at=now
        )
        _clear(job)
    _told(job, reason)


def _end(job: BatchJob, *, to: str, reason: str, **fields: Any) -> None:
    now = timezone.now()
    with transaction.atomic():
        going = BatchJob.objects.filter(pk=job.pk, phase__in=UNDER_WAY)
        if not going.update(phase=Phase.ENDED, phase_since=now, reason="", lease_until=None, lease_owner=""):
            return
        MiniBatch.objects.filter(job=job, state__in=(MiniBatchState.WAITING, MiniBatchState.RUNNING)).update(
            state=MiniBatchState.CANCELLED, lease_owner="", lease_until=None
        )
        move_step(step_of(job), expected=("running",), to=to, reason=reason, ended_at=now, **fields)
        Scorer.objects.filter(job=job).delete()
    _told(job, reason)


def _clear(job: BatchJob) -> None:
    """The output holds all of it: results of mini-batches are needed no more."""
    MiniBatch.objects.filter(job=job).update(result=None)
    Scorer.objects.filter(job=job).delete()


def _told(job: BatchJob, reason: str) -> None:
    say(job, reason, level="WARNING")
    advance(job.run_id)
    tell_pages(job)

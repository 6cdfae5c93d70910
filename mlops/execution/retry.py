"""A step that lost its process or its worker goes back into the queue, a few times and after a pause."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.formats.step import StepError
from mlops.runs.logging import forget_metrics
from mlops.runs.models import Step
from mlops.runs.moves import move_step
from mlops.work import shared_clock
from mlops.work.calls import later

MOST_ATTEMPTS = 3
PAUSE = timedelta(seconds=2)
"""After the first attempt; twice as long after each further one."""
AFTER_PAUSE = timedelta(seconds=0.2)
"""Later than its end is the call: one that comes before would find nothing."""


def try_again(step: Step, *, code: str, why: str, hint: str = "", only: Q | None = None) -> bool:
    """Whether it was moved from `running`: to `queued`, or to `failed` after the last attempt. `hint`: what to do if it
    goes on like that; empty: what helps where a process or a worker died."""
    if step.attempt >= MOST_ATTEMPTS:
        return _give_up(step, code=code, why=why, hint=hint, only=only)
    pause = PAUSE * 2 ** max(step.attempt - 1, 0)
    reason = _("%(why)s It will be tried again (attempt %(next)d of %(most)d).")
    told = reason % {"why": why, "next": step.attempt + 1, "most": MOST_ATTEMPTS}
    with transaction.atomic():
        moved = move_step(
            step,
            expected=("running",),
            to="queued",
            reason=told,
            only=only,
            progress=None,
            lease_owner="",
            lease_until=shared_clock.now() + pause,
        )
        if moved:
            later("execution.step", step.pk, after=pause + AFTER_PAUSE)
    return moved


def give_back(step: Step, *, why: str, only: Q | None = None) -> bool:
    """Back into the queue without counting as an attempt: the next has the same number. `only`: what tells that
    it is not the next already."""
    with transaction.atomic():
        moved = move_step(
            step,
            expected=("running",),
            to="queued",
            reason=why,
            only=only,
            progress=None,
            attempt=max(step.attempt - 1, 0),
            lease_owner="",
            lease_until=None,
        )
        if moved:
            forget_metrics(step.run, node=step.node)  # as if it had never begun
            later("execution.step", step.pk)
    return moved


def _give_up(step: Step, *, code: str, why: str, hint: str, only: Q | None) -> bool:
    error = StepError(
        code=code,
        message=_("%(why)s This happened %(count)d times.") % {"why": why, "count": step.attempt},
        hint=hint or _("It may need more memory than the machine has. Look at the worker's log, then submit again."),
    )
    return move_step(
        step,
        expected=("running",),
        to="failed",
        reason=error.message,
        only=only,
        error=msgspec.to_builtins(error),
        ended_at=timezone.now(),
        lease_until=None,
    )

"""The regular look: steps whose worker has died are tried again or failed with the reason; no run is forgotten."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.execution.perform import MOST_ATTEMPTS
from mlops.formats.step import StepError
from mlops.runs.models import FINAL_RUN_STATES, Run, Step
from mlops.runs.moves import move_step
from mlops.work.calls import later

FORGOTTEN = timedelta(seconds=10)
"""How long a queued step may wait before its wake-up call is sent again."""


def sweep() -> None:
    now = timezone.now()
    for step in Step.objects.filter(state="running", lease_until__lt=now).select_related("run__project"):
        _take_back(step)
    for step in Step.objects.filter(state="queued", state_since__lt=now - FORGOTTEN, run__state="running"):
        later("execution.step", step.pk)
    for run_id in Run.objects.exclude(state__in=FINAL_RUN_STATES).values_list("pk", flat=True):
        later("execution.advance", run_id)


def _take_back(step: Step) -> None:
    if step.run.state == "cancelling":
        move_step(step, expected=("running",), to="cancelled", reason=_("Its worker died while it was being stopped."))
        return
    if step.attempt >= MOST_ATTEMPTS:
        error = StepError(
            code="worker_lost",
            message=_("The worker died %(count)d times while it ran this step.") % {"count": step.attempt},
            hint=_("It may need more memory than the machine has. Look at the worker's log, then submit again."),
        )
        move_step(
            step,
            expected=("running",),
            to="failed",
            reason=error.message,
            error=msgspec.to_builtins(error),
            ended_at=timezone.now(),
        )
        return
    with transaction.atomic():
        reason = _("Its worker died (attempt %(number)d); it will be tried again.") % {"number": step.attempt}
        if move_step(step, expected=("running",), to="queued", reason=reason, lease_until=None, lease_owner=""):
            later("execution.step", step.pk)

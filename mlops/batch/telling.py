"""How far a job is, why it is there, since when, and what to do next: pure functions of its row and the clock."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.batch.journal import NODE
from mlops.batch.models import BatchJob, Phase
from mlops.batch.settings import settings_of
from mlops.runs.models import Step
from mlops.runs.situation import surroundings, told_run
from mlops.runs.telling import Surroundings, Told


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """`items` are rows or files. `rate`: items in a second; `seconds_left`: None while nothing can be said."""

    items: int
    done: int
    failed: int
    batches: int
    batches_done: int
    share: float
    rate: float | None
    seconds_left: float | None


def progress_of(job: BatchJob, now: datetime | None = None) -> Progress:
    now = now or timezone.now()
    rate = left = None
    if job.scoring_since is not None and job.done_items:
        seconds = max(1e-3, ((job.scoring_until or _end(job) or now) - job.scoring_since).total_seconds())
        rate = job.done_items / seconds
        left = (job.total_items - job.done_items) / rate if job.phase == Phase.SCORING else None
    return Progress(
        items=job.total_items,
        done=job.done_items,
        failed=job.failed_items,
        batches=job.total_batches,
        batches_done=job.done_batches,
        share=job.done_items / job.total_items if job.total_items else 0.0,
        rate=rate,
        seconds_left=left,
    )


def tell(job: BatchJob, around: Surroundings | None = None) -> Told:
    """Of a pipeline what its run says."""
    around = around or surroundings(of=job.run)
    told = told_run(job.run, around)
    if not job.entry or job.run.state == "cancelling":
        return told
    if job.run.is_final:
        return msgspec.structs.replace(told, reason=_why(job), hint=_next(job) or told.hint)
    if not around.has_worker:
        return told
    reason, hint = _going(job)
    return Told(reason=reason, since=job.phase_since, hint=hint)


def _going(job: BatchJob) -> tuple[str, str]:
    nothing = _("Nothing to do: it goes on by itself. It can be cancelled.")
    if job.phase == Phase.PREPARING:
        return job.reason or _("Reading the input."), nothing
    if job.phase == Phase.ASSEMBLING:
        return job.reason or _("Writing the output in the order of the input."), nothing
    words = {"done": job.done_batches, "all": job.total_batches}
    if job.failed_items:
        most = settings_of(job).error_threshold
        told = _("%(done)d of %(all)d mini-batches are done; %(failed)d items have no result.")
        limit = _("error_threshold allows %(most)d.") % {"most": most}
        return told % {**words, "failed": job.failed_items}, _("error_threshold ignores them.") if most < 0 else limit
    return _("%(done)d of %(all)d mini-batches are done.") % words, nothing


def _why(job: BatchJob) -> str:
    """Of the step that scored; the run only says that it failed."""
    reason = Step.objects.filter(run=job.run_id, node=NODE).values_list("reason", flat=True).first()
    return reason or job.run.reason


def _next(job: BatchJob) -> str:
    if job.run.state == "completed":
        return _("Look at the output, or download it.")
    if job.run.state == "cancelled":
        return _("Call the endpoint again to score the whole input.")
    error = Step.objects.filter(run=job.run_id, node=NODE).values_list("error", flat=True).first() or {}
    return str(error.get("hint") or _("Mend the cause and call the endpoint again."))


def _end(job: BatchJob) -> datetime | None:
    return job.run.ended_at

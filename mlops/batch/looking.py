"""Looks at a job and does what is due: reads its input, seats scorers, writes its output, ends it.

Any number of workers may look at once: each move is a conditional update."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from datetime import timedelta

import msgspec
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.batch import leases
from mlops.batch.ending import UNDER_WAY, cancel, fail
from mlops.batch.folders import new_folder
from mlops.batch.inputs import Asked
from mlops.batch.journal import say, tell_pages
from mlops.batch.leases import Hold
from mlops.batch.models import BatchJob, MiniBatch, MiniBatchState, Phase, Scorer
from mlops.batch.planning import plan
from mlops.batch.python import build_environment
from mlops.batch.reading import ReadInput, read
from mlops.batch.settings import settings_of
from mlops.batch.writing import write_output
from mlops.deployments.entries import is_graph
from mlops.execution import stopping
from mlops.execution.advance import advance
from mlops.formats.batch import Part
from mlops.formats.refusal import Refusal
from mlops.packaging.models import ConversionState
from mlops.packaging.served import facts_of
from mlops.scoring.minibatches.checking import absent, check_columns
from mlops.work.calls import later

MOST_ATTEMPTS = 5
"""Of reading the input, or of writing the output, where workers are lost over it."""
OPEN = (MiniBatchState.WAITING, MiniBatchState.RUNNING)
GONE_WRONG = (ConversionState.REFUSED, ConversionState.FAILED)
GRACE = timedelta(seconds=20)
"""How long workers have to stop what they do of a cancelled job."""
_log = logging.getLogger(__name__)


def look(job_id: str) -> None:
    job = _rows().filter(pk=job_id).first()
    if job is None or job.phase not in UNDER_WAY:
        return
    if job.run.state == "cancelling":
        _cancel_when_quiet(job)
        return
    if job.run.is_final:  # it was ended from outside
        BatchJob.objects.filter(pk=job.pk).update(phase=Phase.ENDED, phase_since=timezone.now())
        return
    if job.run.state == "queued":
        advance(job.run_id)
    if job.phase == Phase.PREPARING and _has_its_model(job):
        _carry_out(job, _prepare)
    elif job.phase == Phase.SCORING:
        _seat(job)
    elif job.phase == Phase.ASSEMBLING:
        _carry_out(job, write_output)


def _rows() -> QuerySet[BatchJob]:
    return BatchJob.objects.select_related(
        "endpoint__project", "run__project", "run__created_by", "version__model", "conversion", "deployment"
    )


def _carry_out(job: BatchJob, work: Callable[[BatchJob, Hold], None]) -> None:
    """One worker at a time, under a lease; what it refuses ends the job."""
    if stopping.is_asked():
        return
    hold = leases.claim_phase(str(job.pk), Phase(job.phase))
    if hold is None:
        return
    job.refresh_from_db(fields=["attempt"])
    try:
        if job.attempt > MOST_ATTEMPTS:
            raise Refusal(
                "worker_lost",
                _("The worker was lost %(count)d times while it was %(phase)s.")
                % {"count": MOST_ATTEMPTS, "phase": job.get_phase_display().lower()},
                hint=_("The worker's log may say why; often the machine ran out of memory or disk."),
            )
        with leases.held(hold, job, renew=leases.renew_phase):
            work(job, hold)
    except Refusal as refusal:
        if refusal.code != "import_abandoned":
            fail(job, refusal)
    except Exception as error:  # a full disk, a database that is away: the sweep tries again
        _log.exception("The batch job %s could not go on.", job.pk)
        BatchJob.objects.filter(pk=job.pk, lease_owner=hold.owner).update(
            reason=_("The worker could not go on: %(error)s. It is tried again.") % {"error": error}
        )
    finally:
        BatchJob.objects.filter(pk=job.pk, lease_owner=hold.owner).update(lease_until=None, lease_owner="")
    if hold.lost.is_set() and stopping.is_asked():
        return
    later("batch.look", job.pk)


def _has_its_model(job: BatchJob) -> bool:
    """Whether there is nothing to wait for. Where nobody chose ONNX, the original scores if there is no ONNX form."""
    conversion = job.conversion
    if job.entry != "onnx" or (job.version is not None and is_graph(job.version)):
        return True
    if conversion is not None and conversion.state == ConversionState.ACCEPTED:
        return True
    if conversion is not None and not conversion.is_final:
        _say_why(job, _("Waits for the conversion of the model to ONNX."))
        return False
    if job.is_entry_free:
        BatchJob.objects.filter(pk=job.pk, entry="onnx").update(entry="native")
        job.entry = "native"
        say(job, _("The original model scores: %(why)s") % {"why": conversion.reason if conversion else ""})
        return True
    why = conversion.reason if conversion else _("Its conversion to ONNX is gone.")
    fail(job, Refusal("conversion_refused", why, hint=_("Deploy the model with the entry “native”.")))
    return False


def _prepare(job: BatchJob, hold: Hold) -> None:
    _say_why(job, _("Reading the input."))
    asked = msgspec.convert(job.asked_input, type=Asked)
    work = new_folder(job, "input")
    try:
        found = read(job.endpoint.project, asked, as_files=job.entry == "script", beat=hold, work=work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _check(job, found)
    if not build_environment(job, hold):
        return
    chosen = settings_of(job)
    parts = list(plan(found.files, chosen))
    if not parts:
        raise Refusal("input_empty", _("The input has no row."), hint=_("Look at the input's rows."), status=422)
    now = timezone.now()
    with transaction.atomic():
        mine = BatchJob.objects.filter(pk=job.pk, phase=Phase.PREPARING, lease_owner=hold.owner).update(
            phase=Phase.SCORING,
            phase_since=now,
            scoring_since=now,
            reason="",
            attempt=0,
            lease_owner="",
            lease_until=None,
            input_kind=found.kind,
            files=msgspec.to_builtins(found.files),
            total_items=sum(part.items for part in parts),
            total_batches=len(parts),
        )
        if not mine:
            return
        MiniBatch.objects.bulk_create(_mini_batches(job, parts), batch_size=1_000)
        seats = min(chosen.at_once, len(parts))
        Scorer.objects.bulk_create(Scorer(job=job, number=number) for number in range(seats))
    told = _("%(items)d %(what)s in %(batches)d mini-batches, scored by %(seats)d processes at once.") % {
        "items": sum(part.items for part in parts),
        "what": _("rows") if found.kind == "table" else _("files"),
        "batches": len(parts),
        "seats": seats,
    }
    say(job, told)
    tell_pages(job)


def _mini_batches(job: BatchJob, parts: list[Part]) -> list[MiniBatch]:
    return [
        MiniBatch(job=job, index=index, part=msgspec.to_builtins(part), items=part.items)
        for index, part in enumerate(parts)
    ]


def _check(job: BatchJob, found: ReadInput) -> None:
    """A column that the input lacks is told before anything is scored; one that the model needs ends the job."""
    if job.version is None or found.schema is None:
        return
    signature = facts_of(job.version, entry=job.entry, conversion=job.conversion).signature
    if signature is None:
        return
    check_columns(signature, list(found.schema.names))
    say(job, *absent(signature, list(found.schema.names)), level="WARNING")


def _seat(job: BatchJob) -> None:
    """Free seats are offered to workers; after the last mini-batch the output is due."""
    if MiniBatch.objects.filter(job=job, state__in=OPEN).exists():
        for number in leases.free_seats(str(job.pk))[: leases.claimable(job).count()]:
            later("batch.score", job.pk, number)
        return
    now = timezone.now()
    moved = BatchJob.objects.filter(pk=job.pk, phase=Phase.SCORING).update(
        phase=Phase.ASSEMBLING, phase_since=now, scoring_until=now, reason="", attempt=0, lease_until=None
    )
    if moved:
        later("batch.look", job.pk)
        tell_pages(job)


def _cancel_when_quiet(job: BatchJob) -> None:
    """Its workers stop by themselves within seconds; those that are lost are not waited for."""
    now = timezone.now()
    busy = Scorer.objects.filter(job=job, lease_until__gt=now).exists() or (job.lease_until or now) > now
    if not busy or job.run.state_since < now - GRACE:
        cancel(job)


def _say_why(job: BatchJob, reason: str) -> None:
    if BatchJob.objects.filter(pk=job.pk).exclude(reason=reason).update(reason=reason):
        tell_pages(job)

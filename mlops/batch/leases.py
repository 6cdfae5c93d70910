"""Seats, phases and mini-batches are held by leases, which a thread renews; what runs out is taken by another."""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from mlops.batch.models import BatchJob, MiniBatch, MiniBatchState, Phase, Scorer
from mlops.execution import stopping
from mlops.runs.models import Run
from mlops.trail.process import PROCESS
from mlops.work import shared_clock
from mlops.work.attempts import beating

LEASE = timedelta(seconds=15)
BEAT_SECONDS = 1.0
RENEW_EVERY = 3
"""Beats."""


class Hold:
    """What one claim holds. `lost` is set when it is no longer this claim's, or when the run is to end."""

    def __init__(self) -> None:
        self.token = uuid.uuid4().hex[:12]
        self.owner = f"{PROCESS}:{self.token}"
        self.lost = threading.Event()

    def __call__(self) -> bool:
        """Whether to go on."""
        return not self.lost.is_set()


def claim_phase(job_id: str, phase: Phase) -> Hold | None:
    """One worker at a time reads the input or writes the output of a job."""
    hold, now = Hold(), shared_clock.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    taken = BatchJob.objects.filter(free, pk=job_id, phase=phase).update(
        lease_owner=hold.owner, lease_until=now + LEASE, attempt=F("attempt") + 1
    )
    return hold if taken else None


def free_seats(job_id: str) -> list[int]:
    free = Q(lease_until=None) | Q(lease_until__lt=shared_clock.now())
    seats = Scorer.objects.filter(free, job__pk=job_id, job__phase=Phase.SCORING).order_by("number")
    return list(seats.values_list("number", flat=True))


def claim_seat(job_id: str, number: int) -> Hold | None:
    hold, now = Hold(), shared_clock.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    seats = Scorer.objects.filter(free, _is_scored(), job__pk=job_id, number=number)
    return hold if seats.update(lease_owner=hold.owner, lease_until=now + LEASE) else None


def leave_seat(hold: Hold, job: BatchJob) -> None:
    Scorer.objects.filter(job=job, lease_owner=hold.owner).update(lease_owner="", lease_until=None)


def claimable(job: BatchJob) -> QuerySet[MiniBatch]:
    """Those that wait, and those whose worker was lost; not those that pause before another try."""
    now = shared_clock.now()
    free = Q(state=MiniBatchState.WAITING) & (Q(lease_until=None) | Q(lease_until__lte=now))
    lost = Q(state=MiniBatchState.RUNNING, lease_until__lt=now)
    return MiniBatch.objects.filter(free | lost, _is_scored(), job=job)


def _is_scored() -> Exists:
    """Not by a join: in an update PostgreSQL asks the conditions of the row itself again after it waited for another
    claim of it, and not those of a subquery over it."""
    return Exists(BatchJob.objects.filter(pk=OuterRef("job"), phase=Phase.SCORING))


def is_waited_for(job: BatchJob) -> bool:
    """Whether a mini-batch pauses before another try."""
    pausing = MiniBatch.objects.filter(job=job, state=MiniBatchState.WAITING, job__phase=Phase.SCORING)
    return pausing.exists()


def claim_batch(job: BatchJob, hold: Hold, *, after: int) -> MiniBatch | None:
    """One that can be claimed: the first from `after` on, so that a process reads on where it is."""
    while hold():
        rows = claimable(job).order_by("index").values_list("pk", flat=True)
        found = rows.filter(index__gte=after).first() or rows.first()
        if found is None:
            return None
        taken = (
            claimable(job)
            .filter(pk=found)
            .update(
                state=MiniBatchState.RUNNING,
                lease_owner=hold.owner,
                lease_until=shared_clock.now() + LEASE,
                attempt=F("attempt") + 1,
            )
        )
        if taken:
            return MiniBatch.objects.get(pk=found)
    return None


@contextmanager
def held(hold: Hold, job: BatchJob, *, renew: Callable[[Hold, BatchJob], bool]) -> Iterator[None]:
    """Renews from a thread of its own, and looks whether the run was cancelled or this worker is to stop."""
    counted = itertools.count(1)

    def beat() -> bool:
        count = next(counted)
        alive = Run.objects.filter(pk=job.run_id, state__in=("queued", "running")).exists()
        if stopping.is_asked() or not alive or (count % RENEW_EVERY == 0 and not renew(hold, job)):
            hold.lost.set()
            return False
        return True

    with beating(f"batch-{job.pk}", seconds=BEAT_SECONDS, beat=beat):
        yield


def renew_phase(hold: Hold, job: BatchJob) -> bool:
    mine = BatchJob.objects.filter(pk=job.pk, phase=job.phase, lease_owner=hold.owner)
    return bool(mine.update(lease_until=shared_clock.now() + LEASE))


def renew_seat(hold: Hold, job: BatchJob) -> bool:
    """The seat, and the mini-batch that is being scored."""
    until = shared_clock.now() + LEASE
    MiniBatch.objects.filter(job=job, state=MiniBatchState.RUNNING, lease_owner=hold.owner).update(lease_until=until)
    seat = Scorer.objects.filter(job=job, lease_owner=hold.owner, job__phase=Phase.SCORING)
    return bool(seat.update(lease_until=until))

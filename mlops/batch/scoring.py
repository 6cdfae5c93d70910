"""One seat of a job: a child process that is given one mini-batch after the other, until none is left.

A worker may be killed at any moment. A mini-batch whose lease ran out is scored again; of several results of one
mini-batch the first is taken over, and no other."""

from __future__ import annotations

import shutil
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from mlops.batch import leases
from mlops.batch.child import Abandoned, Child
from mlops.batch.ending import fail
from mlops.batch.folders import fetched, lay_out, new_folder
from mlops.batch.journal import say, tell_pages
from mlops.batch.leases import Hold
from mlops.batch.models import BatchJob, MiniBatch, MiniBatchState
from mlops.batch.settings import settings_of
from mlops.blobs.trees import keep_file
from mlops.execution import stopping
from mlops.execution.here import here
from mlops.formats.batch import InputFile, Part, Scored
from mlops.formats.refusal import Refusal
from mlops.registry.reading import FOLDER_PROPERTY
from mlops.runs.models import Step
from mlops.work import shared_clock
from mlops.work.calls import later

MOST_LOST = 5
"""Times that workers may be lost over one mini-batch before it counts as failed."""
FIRST_PAUSE = timedelta(seconds=0.5)
MOST_PAUSE = timedelta(seconds=30)
HOPELESS = ("missing_column", "model_missing", "model_broken", "script_incomplete", "script_missing")
"""Refusals that the next try would meet as well."""
SHOWN_SECONDS = 0.5
LOOK_SECONDS = 0.25

_slots = threading.BoundedSemaphore(settings.STEP_SLOTS)


def take_a_seat(job_id: str) -> None:
    """A worker that looks and has a slot takes a free seat by itself: whoever is asked may have none."""
    for number in leases.free_seats(job_id)[:1]:
        score(job_id, number)


def score(job_id: str, number: int) -> None:
    """Takes the seat if it is free and this worker has a slot; else whoever holds it goes on, or the next look."""
    if stopping.is_asked() or not here.facts().takes_work or not _slots.acquire(blocking=False):
        return
    try:
        hold = leases.claim_seat(job_id, number)
        if hold is None:
            return
        job = BatchJob.objects.select_related("endpoint__project", "run", "version", "conversion").get(pk=job_id)
        try:
            if not leases.claimable(job).exists():
                return  # others are about to finish it
            with leases.held(hold, job, renew=leases.renew_seat):
                _Seat(job, number, hold).work()
        finally:
            leases.leave_seat(hold, job)
        later("batch.look", job.pk)
    finally:
        _slots.release()


class _Seat:
    def __init__(self, job: BatchJob, number: int, hold: Hold) -> None:
        self.job = job
        self.hold = hold
        self.settings = settings_of(job)
        self.files = msgspec.convert(job.files, type=list[InputFile])
        self.folder = new_folder(job, f"seat{number}-{hold.token}")
        self.begins = number * job.total_batches // self.settings.at_once
        """Each seat begins at another part of the input: no two decode the same rows."""
        self.shown_at = 0.0
        alias = str(job.version.properties.get(FOLDER_PROPERTY, "")) if job.version and job.entry == "script" else ""
        self.child = Child(self.folder, variables=self.settings.environment_variables, go_on=hold, alias=alias)

    def work(self) -> None:
        try:
            lay_out(self.job, self.folder)
            self.child.start()
            self._score_all()
            self._show(at_once=True)
        except Abandoned:
            self._give_back()
        except Refusal as refusal:  # of the loading: no mini-batch could be scored
            self._pass_on()
            fail(self.job, refusal)
        finally:
            self.child.kill()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _score_all(self) -> None:
        """Until none is left; one that pauses before another try is waited for."""
        after = self.begins
        while self.hold():
            batch = leases.claim_batch(self.job, self.hold, after=after)
            if batch is not None:
                self._try(batch)
                after = batch.index + 1
                self._pass_on()
            elif leases.is_waited_for(self.job):
                self.hold.lost.wait(LOOK_SECONDS)
            else:
                return

    def _try(self, batch: MiniBatch) -> None:
        if batch.attempt - batch.failures > MOST_LOST:
            lost = Refusal("worker_lost", _("Its worker was lost %(count)d times.") % {"count": MOST_LOST})
            self._failed(batch, lost, for_good=True)
            return
        part = msgspec.convert(batch.part, type=Part)
        out, errors = self.child.answers / "out", self.child.answers / "errors"
        for path in (out, errors):
            path.unlink(missing_ok=True)
        try:
            if not self.child.is_alive:
                self.child.start()
            message = self._message(part) | {"out": str(out), "errors": str(errors)}
            scored = self.child.ask(message, seconds=self.settings.retry.timeout_seconds)
        except Refusal as refusal:
            self._failed(batch, refusal, for_good=refusal.code in HOPELESS)
            return
        self._done(batch, scored, out, errors)

    def _message(self, part: Part) -> dict[str, Any]:
        paths = [str(fetched(self.files[place], self.folder, place=place)) for place in part.files]
        names = [self.files[place].name for place in part.files]
        if part.rows:
            return {"kind": "table", "path": paths[0], "name": names[0], "start": part.start, "rows": part.rows}
        return {"kind": "files", "paths": paths, "names": names}

    def _done(self, batch: MiniBatch, scored: Scored, out: Path, errors: Path) -> None:
        result = keep_file(out) if scored.form != "none" and out.exists() else None
        kept_errors = keep_file(errors) if errors.exists() else None
        with transaction.atomic():
            mine = self._mine(batch).update(
                state=MiniBatchState.DONE,
                reason="",
                result=result,
                form=scored.form if result else "none",
                errors=kept_errors,
                told_errors=msgspec.to_builtins(scored.errors),
                failed_items=scored.failed,
                seconds=scored.seconds,
                lease_owner="",
                lease_until=None,
            )
            if not mine:
                return
            self._count(items=batch.items, failed=scored.failed)
        told = _("Mini-batch %(index)d: %(items)d items in %(seconds).2f s, %(failed)d without a result.") % {
            "index": batch.index,
            "items": batch.items,
            "seconds": scored.seconds,
            "failed": scored.failed,
        }
        say(self.job, told, level="WARNING" if scored.failed else "DEBUG")
        if scored.failed:
            self._watch_threshold()
        self._show()

    def _failed(self, batch: MiniBatch, refusal: Refusal, *, for_good: bool) -> None:
        """Tried again after a pause, or failed with all that is in it."""
        failures = batch.failures + 1
        reason = f"{refusal.message} {refusal.hint}".strip()
        if not for_good and failures <= self.settings.retry.max_retries:
            pause = min(MOST_PAUSE, FIRST_PAUSE * 2 ** min(failures - 1, 10))
            self._mine(batch).update(
                state=MiniBatchState.WAITING,
                failures=failures,
                code=refusal.code,
                reason=reason,
                lease_owner="",
                lease_until=shared_clock.now() + pause,
            )
            told = _("Mini-batch %(index)d failed (try %(try)d of %(most)d): %(reason)s") % {
                "index": batch.index,
                "try": failures,
                "most": self.settings.retry.max_retries + 1,
                "reason": reason,
            }
            say(self.job, told, level="WARNING", stream="stderr")
            return
        with transaction.atomic():
            mine = self._mine(batch).update(
                state=MiniBatchState.FAILED,
                failures=failures,
                code=refusal.code,
                reason=reason,
                form="none",
                failed_items=batch.items,
                lease_owner="",
                lease_until=None,
            )
            if not mine:
                return
            self._count(items=batch.items, failed=batch.items)
        told = _("Mini-batch %(index)d failed for good after %(count)d tries: %(reason)s") % {
            "index": batch.index,
            "count": failures,
            "reason": reason,
        }
        say(self.job, told, level="WARNING", stream="stderr")
        self._watch_threshold()
        self._show()

    def _mine(self, batch: MiniBatch) -> Any:
        """The row as long as this claim holds it: only then its outcome counts."""
        return MiniBatch.objects.filter(pk=batch.pk, state=MiniBatchState.RUNNING, lease_owner=self.hold.owner)

    def _count(self, *, items: int, failed: int) -> None:
        BatchJob.objects.filter(pk=self.job.pk).update(
            done_items=F("done_items") + items,
            failed_items=F("failed_items") + failed,
            done_batches=F("done_batches") + 1,
        )

    def _show(self, *, at_once: bool = False) -> None:
        """How far the job is, to pages and in the run: not more often than people can read."""
        if not at_once and time.monotonic() - self.shown_at < SHOWN_SECONDS:
            return
        self.shown_at = time.monotonic()
        self.job.refresh_from_db(fields=["done_items", "failed_items", "done_batches"])
        share = self.job.done_items / max(1, self.job.total_items)
        Step.objects.filter(run=self.job.run_id, node="score").update(progress=min(0.99, share))
        tell_pages(self.job)

    def _watch_threshold(self) -> None:
        most = self.settings.error_threshold
        if most < 0:
            return
        self.job.refresh_from_db(fields=["failed_items"])
        if self.job.failed_items <= most:
            return
        fail(self.job, threshold_passed(self.job, most))
        self.hold.lost.set()

    def _give_back(self) -> None:
        """Uncounted: another worker goes on at once."""
        MiniBatch.objects.filter(job=self.job, state=MiniBatchState.RUNNING, lease_owner=self.hold.owner).update(
            state=MiniBatchState.WAITING, attempt=F("attempt") - 1, lease_owner="", lease_until=None
        )

    def _pass_on(self) -> None:
        """What the model or the script printed."""
        if lines := self.child.said():
            say(self.job, *lines, level="WARNING", stream="stderr")


def threshold_passed(job: BatchJob, most: int) -> Refusal:
    batches = MiniBatch.objects.filter(job=job, failed_items__gt=0).order_by("index")
    first = batches.first()
    reason = ""
    if first is not None:
        reason = first.told_errors[0]["reason"] if first.told_errors else first.reason
    return Refusal(
        "error_threshold_passed",
        _("%(failed)d rows or files have no result; error_threshold allows %(most)d. The first: %(reason)s")
        % {"failed": job.failed_items, "most": most, "reason": reason},
        hint=_("Mend the input, or call it with a larger error_threshold (-1 ignores all)."),
    )

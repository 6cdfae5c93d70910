"""The regular jobs: when each ended well last, how long it took, and how often it failed in a row."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.administration.system.standing import Standing
from mlops.work.models import RegularJob
from mlops.work.outcomes import TOLD_AFTER

LATE_AFTER = timedelta(seconds=90)
"""Beyond three of its intervals: ends are written each half minute, and a job may take its time."""


class JobLine(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    every_seconds: float | None
    ended_at: datetime | None
    seconds: float | None
    failures: int
    failed_at: datetime | None
    error: str
    standing: Standing


def jobs(now: datetime | None = None) -> list[JobLine]:
    """Those that fail first, then by name."""
    found = [_line(one, now or timezone.now()) for one in RegularJob.objects.all()]
    return sorted(found, key=lambda one: (-one.failures, one.standing.state == "ok", one.name))


def standing(lines: list[JobLine]) -> Standing:
    failing = [one for one in lines if one.standing.state == "bad"]
    if failing:
        why = ngettext("%d job fails again and again.", "%d jobs fail again and again.", len(failing)) % len(failing)
        since = min((one.standing.since for one in failing if one.standing.since), default=None)
        return Standing(state="bad", why=why, since=since, remedy=failing[0].standing.remedy)
    if not lines:
        return Standing(
            state="unknown", why=_("No worker has told of its jobs yet."), remedy=_("`mlops up` starts one.")
        )
    late = sum(1 for one in lines if one.standing.state == "warning")
    if late:
        return Standing(state="warning", why=ngettext("%d job is late.", "%d jobs are late.", late) % late)
    return Standing(state="ok", why=ngettext("%d job is well.", "%d jobs are well.", len(lines)) % len(lines))


def _line(job: RegularJob, now: datetime) -> JobLine:
    return JobLine(
        name=job.name,
        every_seconds=job.every_seconds,
        ended_at=job.ended_at,
        seconds=job.seconds,
        failures=job.failures,
        failed_at=job.failed_at,
        error=job.error,
        standing=_standing(job, now),
    )


def _standing(job: RegularJob, now: datetime) -> Standing:
    if job.failures:
        return Standing(
            state="bad" if job.failures >= TOLD_AFTER else "warning",
            why=ngettext("It failed once: %(error)s", "It failed %(count)d times in a row: %(error)s", job.failures)
            % {"count": job.failures, "error": job.error},
            since=job.failing_since,
            remedy=_("The worker's log holds the whole error; the job is tried again at its next time."),
        )
    if job.ended_at is None:
        return Standing(state="unknown", why=_("It has not run yet."))
    if job.every_seconds and now - job.ended_at > 3 * timedelta(seconds=job.every_seconds) + LATE_AFTER:
        return Standing(
            state="warning",
            why=_("It should have run again by now."),
            since=job.ended_at,
            remedy=_("See whether a worker runs, and whether all its places are taken."),
        )
    return Standing(state="ok", since=job.ended_at)

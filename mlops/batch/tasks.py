"""The jobs: wake-up calls that may come twice, late, or on another machine; a regular look finds what is due."""

from __future__ import annotations

import shutil
import time

from mlops.batch.ending import UNDER_WAY
from mlops.batch.folders import root
from mlops.batch.looking import look
from mlops.batch.models import BatchJob, Phase
from mlops.batch.scoring import score, take_a_seat
from mlops.runs.models import FINAL_RUN_STATES
from mlops.work.calls import every, job, later

LEFT_SECONDS = 3600.0
"""How long a folder that nobody touches is left alone."""


@job("batch.look")
def look_at_job(job_id: str) -> None:
    look(job_id)
    take_a_seat(job_id)


@job("batch.score")
def score_seat(job_id: str, number: str) -> None:
    score(job_id, int(number))


def _has_open_jobs() -> bool:
    return BatchJob.objects.filter(phase__in=(*UNDER_WAY, Phase.PIPELINE)).exists()


@every(2, "batch.sweep", if_any=_has_open_jobs)
def sweep() -> None:
    for pk in BatchJob.objects.filter(phase__in=UNDER_WAY).values_list("pk", flat=True):
        later("batch.look", pk)
    ended = BatchJob.objects.filter(phase=Phase.PIPELINE, run__state__in=FINAL_RUN_STATES)
    ended.update(phase=Phase.ENDED)
    _tidy()


def _tidy() -> None:
    """Folders that killed workers left behind."""
    going = {str(pk) for pk in BatchJob.objects.filter(phase__in=UNDER_WAY).values_list("pk", flat=True)}
    for folder in root().iterdir():
        is_old = time.time() - folder.stat().st_mtime > LEFT_SECONDS
        if is_old and folder.name[:36] not in going:
            shutil.rmtree(folder, ignore_errors=True)

"""What a job says while it goes: lines in the log of its run, its share done, and notices to open pages."""

from __future__ import annotations

import logging
import time
from typing import Literal

from django.db import transaction

from mlops.batch.models import BatchJob
from mlops.batch.settings import settings_of
from mlops.events.chain import notify
from mlops.execution.news import record_news
from mlops.formats.step import ProgressLine
from mlops.runs.models import Step

NODE = "score"
"""The run's step that scores."""
LEVELS = {"DEBUG": logging.DEBUG, "INFO": logging.INFO, "WARNING": logging.WARNING}


def step_of(job: BatchJob) -> Step:
    return Step.objects.select_related("run__project", "run__experiment").get(run=job.run_id, node=NODE)


def say(job: BatchJob, *lines: str, level: str = "INFO", stream: Literal["log", "stdout", "stderr"] = "log") -> None:
    """Lines below the job's logging level are left out."""
    if not lines or LEVELS[level] < LEVELS[settings_of(job).logging_level]:
        return
    step = step_of(job)
    now = time.time()
    news = [ProgressLine(kind="log", at=now, text=line[:4_000], stream=stream) for line in lines]
    with transaction.atomic():
        Step.objects.select_for_update(no_key=True).get(pk=step.pk)  # several workers number the lines of one log
        record_news(step, news)


def tell_pages(job: BatchJob) -> None:
    with transaction.atomic():
        notify("batch", str(job.pk), project=job.endpoint.project)

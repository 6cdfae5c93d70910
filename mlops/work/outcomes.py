"""How the regular jobs end. A failure is a row at once; good ends are gathered, and written now and then."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial, wraps

import msgspec
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

TOLD_AFTER = 3
"""So many failures in a row, and people are told."""
LONGEST_ERROR = 2000

_log = logging.getLogger(__name__)
_lock = threading.Lock()
_good: dict[str, GoodEnd] = {}
_bad: set[str] = set()
"""Jobs that failed last, as far as this process knows."""


class GoodEnd(msgspec.Struct, frozen=True):
    began_at: datetime
    ended_at: datetime
    seconds: float


Listener = Callable[[str, int, str], None]
"""Is told the job's name, how often it failed in a row, and what it said last."""
FAILING: list[Listener] = []
RECOVERED: list[Listener] = []


def noted(name: str, function: Callable[[], None]) -> Callable[[], None]:
    """The job with a note of how it ended. What it raises goes on."""

    @wraps(function)
    def run() -> None:
        began_at, clock = timezone.now(), time.monotonic()
        try:
            function()
        except Exception as error:
            _surely(partial(note_failure, name, error))
            raise
        end = GoodEnd(began_at, timezone.now(), time.monotonic() - clock)
        with _lock:
            _good[name] = end
            was_bad = name in _bad
        if was_bad:
            _surely(partial(_recover, name, end))

    return run


def note_nothing(name: str) -> None:
    """It was due, and there was nothing to do: as good an end as any."""
    now = timezone.now()
    with _lock:
        _good[name] = GoodEnd(now, now, 0.0)


def is_failing(name: str) -> bool:
    """As far as this process knows, which is some seconds behind the others."""
    with _lock:
        return name in _bad


def note_failure(name: str, error: Exception) -> None:
    from mlops.work.models import RegularJob

    now, said = timezone.now(), f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
    with _lock:
        _bad.add(name)
    with transaction.atomic():
        RegularJob.objects.get_or_create(name=name)
        row = RegularJob.objects.filter(pk=name)
        row.update(failures=F("failures") + 1, failing_since=Coalesce("failing_since", now), failed_at=now, error=said)
        failures = row.values_list("failures", flat=True).get()
        if failures >= TOLD_AFTER and row.filter(told_at=None).update(told_at=now):
            for listener in FAILING:
                listener(name, failures, said)


def expect(regular: Mapping[str, float]) -> None:
    """At a worker's start: each job has a row with its interval, and those that are no more have none."""
    from mlops.work.models import RegularJob

    rows = [RegularJob(name=name, every_seconds=seconds) for name, seconds in regular.items()]
    RegularJob.objects.bulk_create(rows, update_conflicts=True, unique_fields=["name"], update_fields=["every_seconds"])
    RegularJob.objects.exclude(name__in=regular).delete()


def write() -> None:
    """What ended well since the last time, in one statement; and which jobs fail on other workers."""
    from mlops.work.models import RegularJob

    with _lock:
        ends = dict(_good)
        _good.clear()
    rows = [RegularJob(name=name, ended_at=end.ended_at, seconds=end.seconds) for name, end in ends.items()]
    RegularJob.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["name"], update_fields=["ended_at", "seconds"]
    )
    failing = set(RegularJob.objects.filter(failures__gt=0).values_list("name", flat=True))
    with _lock:
        _bad.clear()
        _bad.update(failing)
    for name in failing & ends.keys():
        _recover(name, ends[name])


def _recover(name: str, end: GoodEnd) -> None:
    """Nothing where it failed again after this end began."""
    from mlops.work.models import RegularJob

    with transaction.atomic():
        row = (
            RegularJob.objects.select_for_update(no_key=True)
            .filter(pk=name, failures__gt=0, failed_at__lt=end.ended_at)
            .first()
        )
        if row is not None:
            told, failures, error = row.told_at, row.failures, row.error
            well = {"failures": 0, "failing_since": None, "told_at": None}
            RegularJob.objects.filter(pk=name).update(**well, ended_at=end.ended_at, seconds=end.seconds)
            for listener in RECOVERED if told else []:
                listener(name, failures, error)
    with _lock:
        _bad.discard(name)


def _surely(note: Callable[[], None]) -> None:
    """A database that does not answer is often why the job failed: then the log has to do."""
    try:
        note()
    except Exception:  # whatever breaks the note must not hide what the job said
        _log.exception("How a regular job ended could not be written down.")

"""Workers' signs of life: the rows that they write every few seconds (work.ledger)."""

from __future__ import annotations

import socket
from collections.abc import Iterable

from django.db import connection
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from mlops.trail.process import MACHINE
from mlops.work.ledger_rows import SILENT_AFTER
from mlops.work.models import Worker

MISSED_AFTER_SECONDS = SILENT_AFTER.total_seconds()


def seconds_since_pulse() -> float | None:
    """Of the one that was seen last; None where none has begun since the server has."""
    last = Worker.objects.filter(ended_at=None).aggregate(last=Max("seen_at"))["last"]
    return None if last is None else max(0.0, (timezone.now() - last).total_seconds())


def alive() -> QuerySet[Worker]:
    return Worker.objects.filter(ended_at=None, seen_at__gt=timezone.now() - SILENT_AFTER)


def end_lost() -> None:
    """Rows of processes of this machine that were killed: so that a new start waits for a new worker. Of those of
    other machines silence tells; but what SQLite serves is one machine, and who was elsewhere was there before it, or
    its container, was started again."""
    here = Q(machine=MACHINE) | Q(host=socket.gethostname()) if connection.vendor == "sqlite" else Q(machine=MACHINE)
    for worker in Worker.objects.filter(here, ended_at=None):
        if worker.machine != MACHINE or not _lives(worker):
            Worker.objects.filter(pk=worker.pk).update(ended_at=timezone.now(), doing=[])


def gone_from_here(names: Iterable[str]) -> dict[str, int]:
    """Those of these workers whose process was on this machine and surely is no more, with its number: it is nobody's
    now, or that of one that waits to be buried. Times are not compared: a clock that jumps would end who lives."""
    known = Worker.objects.filter(name__in=names, machine=MACHINE).values_list("name", "pid")
    return {name: pid for name, pid in known if not _is_at_work(pid)}


def _is_at_work(pid: int) -> bool:
    import psutil

    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True


def _lives(worker: Worker) -> bool:
    """Whether its process is there; one that began later has only its number."""
    import psutil

    try:
        return bool(psutil.Process(worker.pid).create_time() <= worker.started_at.timestamp() + 1)
    except psutil.Error:
        return False

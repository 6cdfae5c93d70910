"""The comings and goings of workers, as events of the audit trail: who began, ended, was lost, came back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from mlops.events.chain import notify, record
from mlops.work.ledger_rows import SILENT_AFTER
from mlops.work.models import Worker

STARTED, LOST, ENDED = "started", "lost", "ended"
TYPES = {
    ("", STARTED): "mlops.worker.started",
    (LOST, STARTED): "mlops.worker.returned",
    ("", LOST): "mlops.worker.lost",
    (STARTED, LOST): "mlops.worker.lost",
    (STARTED, ENDED): "mlops.worker.ended",
    (LOST, ENDED): "mlops.worker.ended",
}


def watch(now: datetime | None = None) -> None:
    """One event for each change since the last look, whichever workers look."""
    now = now or timezone.now()
    for worker in Worker.objects.exclude(told=ENDED).defer("doing"):
        is_now = _seen(worker, now)
        if is_now != worker.told:
            _tell(worker, is_now)


def _seen(worker: Worker, now: datetime) -> str:
    if worker.ended_at is not None:
        return ENDED
    return LOST if now - worker.seen_at > SILENT_AFTER else STARTED


def _tell(worker: Worker, is_now: str) -> None:
    with transaction.atomic():
        if not Worker.objects.filter(pk=worker.pk, told=worker.told).update(told=is_now):
            return  # another worker was faster
        type = TYPES.get((worker.told, is_now))
        if type is not None:
            record(None, type, subject=f"workers/{worker.name}", data=_facts(worker))
            notify("worker", worker.name, project=None)


def _facts(worker: Worker) -> dict[str, Any]:
    return {
        "worker": worker.name,
        "host": worker.host,
        "version": worker.version,
        "labels": worker.labels,
        "slots": worker.slots,
        "calls": worker.calls,
        "seen_at": worker.seen_at.isoformat(),
    }

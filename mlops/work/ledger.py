"""Each worker's own row: what it carries out now, written every few seconds from a thread beside its pool."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from typing import Any

import msgspec
from celery.signals import task_postrun, task_prerun, worker_ready, worker_shutting_down
from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone

import mlops
from mlops.trail.process import MACHINE, PROCESS
from mlops.work import outcomes, tallies
from mlops.work.calls import REGULAR
from mlops.work.capacity import found
from mlops.work.ledger_rows import KEPT
from mlops.work.models import Standing, Worker
from mlops.work.pulse import end_lost
from mlops.work.surroundings import surroundings

WRITE_SECONDS = 5.0
OUTCOMES_EVERY = 6
"""Writes of the row between two of how jobs ended."""
MOST_ARGUMENT_CHARACTERS = 120

_log = logging.getLogger(__name__)


class Call(msgspec.Struct, frozen=True):
    job: str
    arguments: str
    since: str


class Ledger:
    """What this process does. Written by the pool's threads, read by the one that keeps the row."""

    def __init__(self) -> None:
        self.name = PROCESS
        self._doing: dict[str, Call] = {}
        self._calls = 0
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def begin(self, call_id: str, job: str, arguments: Any) -> None:
        text = ", ".join(str(one) for one in arguments or ())[:MOST_ARGUMENT_CHARACTERS]
        with self._lock:
            self._doing[call_id] = Call(job, text, timezone.now().isoformat())

    def end(self, call_id: str) -> None:
        with self._lock:
            if self._doing.pop(call_id, None) is not None:
                self._calls += 1

    def register(self, places: int) -> None:
        now = timezone.now()
        end_lost()
        Worker.objects.filter(seen_at__lt=now - KEPT).delete()
        capacity = found(gpus=settings.WORKER_GPUS)
        facts = {
            "host": socket.gethostname(), "machine": MACHINE, "pid": os.getpid(), "version": mlops.__version__,
            "places": places,
            "started_at": now, "seen_at": now, "ended_at": None, "calls": 0, "doing": [],
            "labels": settings.WORKER_LABELS, "slots": settings.STEP_SLOTS, "cpus": capacity.cpus,
            "total_memory_bytes": capacity.memory_bytes, "gpus": capacity.gpus, "gpu_kind": capacity.gpu_kind,
            "state": "active", "state_reason": "", "state_since": now, "told": "", **surroundings(),
        }  # fmt: skip
        Worker.objects.update_or_create(name=self.name, defaults=facts)
        outcomes.expect(REGULAR)

    def write(self, places: int = 0) -> None:
        with self._lock:
            doing, calls = list(self._doing.values()), self._calls
        row = Worker.objects.filter(name=self.name)
        written = row.update(
            doing=msgspec.to_builtins(sorted(doing, key=lambda one: one.since)),
            calls=calls, memory_bytes=_memory_bytes(), seen_at=timezone.now(), ended_at=None, **surroundings(),
        )  # fmt: skip
        if not written:  # it was silent for so long that its row went
            self.register(places)
        if row.filter(state=Standing.REMOVED).exists():
            _log.error("This worker was removed: it stops. Start it again to have it back.")
            os.kill(os.getpid(), signal.SIGTERM)

    def keep(self, places: int) -> None:
        """Until `close`: the thread's work."""
        try:
            self._surely(lambda: self.register(places))
            rounds = 0
            while not self._ended.wait(WRITE_SECONDS):
                rounds += 1
                self._surely(lambda: self.write(places))
                if rounds % OUTCOMES_EVERY == 0:
                    self._surely(outcomes.write)
                    self._surely(tallies.write)
            self._surely(tallies.write)
            self._surely(lambda: Worker.objects.filter(name=self.name).update(ended_at=timezone.now(), doing=[]))
        finally:
            connection.close()

    def close(self) -> None:
        self._ended.set()

    def _surely(self, act: Any) -> None:
        """A database that is away for a while ends no worker."""
        try:
            close_old_connections()
            act()
        except Exception:  # any database's own error; the next round tries again
            _log.warning("The worker's row could not be written.", exc_info=True)
            time.sleep(1)


def _memory_bytes() -> int:
    import psutil

    return int(psutil.Process().memory_info().rss)


ledger = Ledger()


@worker_ready.connect  # type: ignore[untyped-decorator]
def begin(sender: Any = None, **_: Any) -> None:
    places = int(getattr(getattr(sender, "pool", None), "limit", 0) or 0)
    threading.Thread(target=ledger.keep, args=(places,), name="ledger", daemon=True).start()


@task_prerun.connect  # type: ignore[untyped-decorator]
def _begun(task_id: str = "", task: Any = None, args: Any = (), **_: Any) -> None:
    ledger.begin(task_id, task.name, args)


@task_postrun.connect  # type: ignore[untyped-decorator]
def _ended(task_id: str = "", **_: Any) -> None:
    ledger.end(task_id)


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def end(**_: Any) -> None:
    ledger.close()

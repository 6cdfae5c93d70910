"""The workers' clock: sends the regular jobs. It runs as a thread beside each worker's pool; one of them sends."""

from __future__ import annotations

import time
from operator import itemgetter
from typing import Any

from celery.beat import EmbeddedService, Scheduler
from celery.signals import worker_ready, worker_shutting_down
from django.db import DatabaseError, connection

from mlops.celery import app
from mlops.work import outcomes
from mlops.work.calls import IF_ANY, REGULAR
from mlops.work.turns import OneOfMany

LOOK_SECONDS = 2.0
"""Between two looks of one that does not send."""

ANYWAY_SECONDS = 60.0
"""After so long a job is sent although it would find nothing: it may also clear away what nobody asks for."""

_services: list[Any] = []


class OneOfManyClocks(Scheduler):  # type: ignore[misc]
    """Two that send would do no harm, for any job may run twice; none sends for some seconds after a sudden death."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._turn = OneOfMany("clock")
        self._sends = False
        self._sent_at: dict[str, float] = {}

    def tick(self, *arguments: Any, **named: Any) -> float:
        """Seconds until the next one."""
        sent_before, self._sends = self._sends, self._is_my_turn()
        if not self._sends:
            return LOOK_SECONDS
        if not sent_before:
            for name, seconds in sorted(REGULAR.items(), key=itemgetter(1)):  # what is most urgent first
                app.send_task(name, expires=seconds)
                self._sent_at[name] = time.monotonic()
        return float(super().tick(*arguments, **named))

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        """A call that would find nothing costs ten times what asking costs."""
        now = time.monotonic()
        if now - self._sent_at.get(entry.name, float("-inf")) < ANYWAY_SECONDS and self._finds_nothing(entry.name):
            return
        self._sent_at[entry.name] = now
        super().apply_entry(entry, producer=producer)

    def _finds_nothing(self, name: str) -> bool:
        if name not in IF_ANY or outcomes.is_failing(name):
            return False
        try:
            if IF_ANY[name]():
                return False
        except Exception:  # whatever it is, the job says it where people look
            connection.close()
            return False
        outcomes.note_nothing(name)
        return True

    def _is_my_turn(self) -> bool:
        """Not while the database is away: no regular job could do anything."""
        try:
            return self._turn.is_mine()
        except DatabaseError:
            connection.close()  # the next look opens another
            return False


@worker_ready.connect  # type: ignore[untyped-decorator]
def start_clock(**_: Any) -> None:
    app.conf.beat_schedule = {
        name: {"task": name, "schedule": seconds, "options": {"expires": seconds}} for name, seconds in REGULAR.items()
    }
    service = EmbeddedService(app, max_interval=5, thread=True, scheduler_cls=OneOfManyClocks)
    service.daemon = True
    service.start()
    _services.append(service)


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def stop_clock(**_: Any) -> None:
    for service in _services:
        service.stop()
    _services.clear()

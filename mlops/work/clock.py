"""The worker's clock: sends the regular jobs. It runs as a thread beside the worker's pool."""

from __future__ import annotations

from typing import Any

from celery.beat import EmbeddedService, Scheduler
from celery.signals import worker_ready, worker_shutting_down

from mlops.celery import app
from mlops.work.calls import REGULAR

_services: list[Any] = []


@worker_ready.connect  # type: ignore[untyped-decorator]
def start_clock(**_: Any) -> None:
    app.conf.beat_schedule = {
        name: {"task": name, "schedule": seconds, "options": {"expires": seconds}} for name, seconds in REGULAR.items()
    }
    service = EmbeddedService(app, max_interval=5, thread=True, scheduler_cls=Scheduler)
    service.daemon = True
    service.start()
    _services.append(service)
    for name in REGULAR:
        app.send_task(name)


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def stop_clock(**_: Any) -> None:
    for service in _services:
        service.stop()
    _services.clear()

"""The courier's thread in each worker, and the regular jobs beside it."""

from __future__ import annotations

import threading
from typing import Any

from celery.signals import worker_ready, worker_shutting_down
from django.utils import timezone

from mlops.alerts.subscriptions.claiming import expire
from mlops.alerts.subscriptions.courier import Courier
from mlops.alerts.subscriptions.handshake import validate_all, validating
from mlops.alerts.subscriptions.pruning import prune
from mlops.work.calls import every

_couriers: list[Courier] = []


@worker_ready.connect  # type: ignore[untyped-decorator]
def start_courier(**_: Any) -> None:
    courier = Courier()
    _couriers.append(courier)
    threading.Thread(target=courier.run, name="courier", daemon=True).start()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def stop_courier(**_: Any) -> None:
    while _couriers:
        _couriers.pop().stop()


@every(5, "alerts.validate_subscriptions", if_any=lambda: validating().exists())
def validate() -> None:
    validate_all(now=timezone.now())


@every(600, "alerts.expire_deliveries")
def end_waiting() -> None:
    expire(now=timezone.now())


@every(3600, "alerts.prune_deliveries")
def tidy() -> None:
    prune(now=timezone.now())

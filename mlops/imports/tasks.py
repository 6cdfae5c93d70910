"""The jobs: carry out one import, and look regularly for what waits or lost its worker."""

from __future__ import annotations

import threading

from mlops.imports.carrying import carry_out, forget_trials, give_up, waiting
from mlops.work.calls import every, job, later

_slot = threading.Lock()
"""One at a time in a worker: an import is mostly writing to the database."""


@job("imports.carry_out")
def take(import_id: str) -> None:
    if not _slot.acquire(blocking=False):
        return  # the sweep comes back to it
    try:
        carry_out(import_id)
    finally:
        _slot.release()
    following = waiting().values_list("pk", flat=True).first()
    if following is not None and str(following) != import_id:
        later("imports.carry_out", following)


@every(15, "imports.sweep")
def sweep() -> None:
    give_up()
    forget_trials()
    if not _slot.locked():
        following = waiting().values_list("pk", flat=True).first()
        if following is not None:
            later("imports.carry_out", following)

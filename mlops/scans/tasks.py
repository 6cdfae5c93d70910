"""The worker's look for bytes that nobody has scanned."""

from __future__ import annotations

from mlops.scans.child import clear_left_behind
from mlops.scans.scanning import scan_waiting
from mlops.work.calls import every, job

SWEEP_SECONDS = 8


@every(SWEEP_SECONDS, "scans.sweep")
def sweep() -> None:
    scan_waiting()


@every(3600, "scans.clear")
def clear() -> None:
    clear_left_behind()


@job("scans.soon")
def soon() -> None:
    """For somebody who waits for it."""
    scan_waiting()

"""The worker's sign of life: a file in the data directory that a regular job touches every five seconds."""

from __future__ import annotations

import time
from pathlib import Path

from django.conf import settings

from mlops.work.calls import every

MISSED_AFTER_SECONDS = 30


@every(5, "work.pulse")
def beat() -> None:
    _file().touch()


def seconds_since_pulse() -> float | None:
    """None when no worker has ever run on this data directory."""
    try:
        return max(0.0, time.time() - _file().stat().st_mtime)
    except FileNotFoundError:
        return None


def _file() -> Path:
    return Path(settings.DATA_DIR) / "worker-pulse"

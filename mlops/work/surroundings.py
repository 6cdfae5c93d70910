"""What a worker tells of its machine each time: room on the disk, and how far its clock is from the database's."""

from __future__ import annotations

import shutil
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from mlops.work import shared_clock


def surroundings() -> dict[str, Any]:
    """Columns of the worker's row."""
    try:
        disk = shutil.disk_usage(settings.DATA_DIR)
    except OSError:
        return {"disk_free_bytes": None, "disk_bytes": None, "clock_ahead_seconds": clock_ahead_seconds()}
    return {"disk_free_bytes": disk.free, "disk_bytes": disk.total, "clock_ahead_seconds": clock_ahead_seconds()}


def clock_ahead_seconds() -> float | None:
    """Below zero: behind. None with SQLite, whose clock is the machine's."""
    if connection.vendor == "sqlite":
        return None
    return round((timezone.now() - shared_clock.now()).total_seconds(), 3)

"""What a step may take of the machine, and which walls are around it: the server's settings, and its own wishes."""

from __future__ import annotations

from django.conf import settings

from mlops.execution.library import timeout_of
from mlops.formats.definition import Definition
from mlops.formats.step import Limits, Walls


def limits_of(definition: Definition | None) -> Limits:
    """A job's own time limit counts where it is shorter than the server's."""
    seconds = [one for one in (timeout_of(definition), settings.STEP_SECONDS) if one]
    return Limits(
        memory_bytes=settings.STEP_MEMORY_BYTES,
        wall_seconds=min(seconds, default=None),
        file_bytes=settings.STEP_DISK_BYTES,
        processes=settings.STEP_PROCESSES,
        disk_bytes=settings.STEP_DISK_BYTES,
        free_bytes=settings.STEP_FREE_BYTES,
    )


def walls() -> Walls:
    return Walls(
        mode=settings.JOB_CONFINEMENT,
        forbidden=(str(settings.DATA_DIR),),
        readable=tuple(settings.JOB_READABLE),
    )

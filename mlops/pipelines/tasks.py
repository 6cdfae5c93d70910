"""The clock of the schedules."""

from __future__ import annotations

from mlops.access import maintenance
from mlops.pipelines.firing import is_any, tick
from mlops.work.calls import every


@every(5, "pipelines.tick", if_any=is_any)
def look_at_schedules() -> None:
    """While the server is maintained schedules wait: what was due meanwhile is looked at afterwards."""
    if maintenance.current() is None:
        tick()

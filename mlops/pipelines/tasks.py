"""The clock of the schedules."""

from __future__ import annotations

from mlops.pipelines.firing import tick
from mlops.work.calls import every


@every(5, "pipelines.tick")
def look_at_schedules() -> None:
    tick()

"""The monitors' regular job."""

from __future__ import annotations

from mlops.monitoring.ticking import tick
from mlops.work.calls import every


@every(5, "monitoring.tick")
def look_at_monitors() -> None:
    tick()

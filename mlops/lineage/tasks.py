"""Regular work of lineage."""

from __future__ import annotations

from mlops.lineage.serving import recording
from mlops.work.calls import every


@every(60, "lineage.record_serving")
def record_serving() -> None:
    recording.look()

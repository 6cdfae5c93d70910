"""The regular jobs of this package."""

from __future__ import annotations

from mlops.alerts.rules.listening import read_events
from mlops.alerts.rules.measuring import examine_due
from mlops.alerts.rules.reminding import remind
from mlops.work.calls import every

MOST_TURNS = 50
"""Of reading in one look; the next look goes on."""


@every(3, "alerts.read")
def read() -> None:
    for _turn in range(MOST_TURNS):
        if not read_events():
            return


@every(15, "alerts.examine")
def examine() -> None:
    examine_due()
    remind()

"""The regular jobs of this package."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from mlops.alerts.models import Alert, AlertState
from mlops.alerts.rules.listening import is_any, read_events
from mlops.alerts.rules.measuring import examine_due
from mlops.alerts.rules.reminding import remind
from mlops.alerts.subscriptions import jobs
from mlops.alerts.telling.sending import due_sinks, send_to
from mlops.work.calls import every, job, later

__all__ = ["jobs"]

KEPT = timedelta(days=400)
MOST_TURNS = 50
"""Of reading in one look; the next look goes on."""

MOST_SINKS = 4
"""That are asked for at once, so that slow ones leave room for other work."""


@every(3, "alerts.read", if_any=is_any)
def read() -> None:
    for _turn in range(MOST_TURNS):
        if not read_events():
            return


@every(15, "alerts.examine")
def examine() -> None:
    examine_due()
    remind()


@every(3, "alerts.send", if_any=lambda: bool(due_sinks(timezone.now())))
def send() -> None:
    """Each sink by a job of its own; those that are left wait for the next look."""
    for sink in due_sinks(timezone.now())[:MOST_SINKS]:
        later("alerts.send_to", sink)


@job("alerts.send_to")
def send_to_sink(sink: str) -> None:
    send_to(sink)


@every(21_600, "alerts.clear_away")
def clear_away() -> None:
    """What was over long ago, with its history."""
    Alert.objects.filter(state=AlertState.RESOLVED, resolved_at__lt=timezone.now() - KEPT).delete()

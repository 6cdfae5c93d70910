"""The moment at which a studio is asked what became of its work: all that was known has ended and was told of.

The schedule goes on meanwhile. What it starts while runs are waited for is not waited for, or it would never be."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple


class Known(NamedTuple):
    """What is asked about."""

    runs: set[Any]
    last_event: int


def wait(seconds: float, *, most_seconds: float) -> Known:
    """For the runs that there are to end, then for what happened until then to be delivered. It ends where nothing of
    that moves for so many `seconds`, and after `most_seconds` whatever moves: what is not there then is a problem."""
    from mlops.events.models import Event
    from mlops.runs.models import Run

    until = time.monotonic() + most_seconds
    runs = set(Run.objects.values_list("pk", flat=True))
    _wait_for(lambda: _unended(runs), seconds, until=until)
    last = Event.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    _wait_for(lambda: _untold(last), seconds, until=until)
    return Known(runs, last)


def _wait_for(left: Callable[[], int], seconds: float, *, until: float) -> None:
    least, deadline = left(), time.monotonic() + seconds
    while least and time.monotonic() < min(deadline, until):
        time.sleep(1)
        if (now := left()) < least:
            least, deadline = now, time.monotonic() + seconds


def _unended(runs: set[Any]) -> int:
    """Runs and their steps."""
    from mlops.runs.models import FINAL_RUN_STATES, FINAL_STEP_STATES, Run, Step

    open_runs = runs & set(Run.objects.exclude(state__in=FINAL_RUN_STATES).values_list("pk", flat=True))
    steps = Step.objects.exclude(state__in=FINAL_STEP_STATES).values_list("run", flat=True)
    return len(open_runs) + sum(run in open_runs for run in steps)


def _untold(last_event: int) -> int:
    """Events and deliveries."""
    from mlops.alerts.models import OPEN_DELIVERIES, Delivery, Subscription

    behind = sum(max(last_event - cursor, 0) for cursor in Subscription.objects.values_list("cursor", flat=True))
    return behind + Delivery.objects.filter(state__in=OPEN_DELIVERIES, event__seq__lte=last_event).count()

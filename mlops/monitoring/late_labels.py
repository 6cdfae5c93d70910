"""Labels come late: windows whose performance was measured with few of them are looked at again when more are there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Min, QuerySet
from django.utils import timezone

from mlops.collected.models import Part, PartKind
from mlops.monitoring.metrics import KINDS_WITH_LABELS
from mlops.monitoring.models import Look, LookCause, LookState, Monitor, Rhythm
from mlops.monitoring.planning import make_look
from mlops.work.calls import later

HORIZON = timedelta(days=92)
"""Windows that ended longer ago are left to a back-fill or to somebody who asks."""
QUIET = timedelta(seconds=30)
PATIENCE = timedelta(minutes=10)
"""Labels that keep coming are taken into account after so long at the latest."""
MOST_WINDOWS = 100


def look_again_at_labelled(*, now: datetime | None = None) -> int:
    """Makes the looks; how many."""
    now = now or timezone.now()
    watching = Monitor.objects.filter(is_enabled=True, rhythm=Rhythm.CLOCK, endpoint__isnull=False)
    return sum(_look_again(monitor.pk, now) for monitor in watching if _needs_labels(monitor))


def labelled_before(look: Look) -> int | None:
    """Of the last completed look at the same window."""
    known = Look.objects.filter(monitor=look.monitor_id, window=look.window, state=LookState.COMPLETED)
    return known.order_by("-number").values_list("labelled", flat=True).first()


def _needs_labels(monitor: Monitor) -> bool:
    return any(signal.kind in KINDS_WITH_LABELS for signal in monitor.wanted.signals)


def _look_again(monitor_id: Any, now: datetime) -> int:
    with transaction.atomic():
        monitor = (
            Monitor.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=monitor_id)
        )
        span = _new_labels(monitor).aggregate(first=Min("created_at"), last=Max("created_at"))
        if span["last"] is None or (now - span["last"] < QUIET and now - span["first"] < PATIENCE):
            return 0
        made = []
        for look in _lacking(monitor, now):
            again = make_look(
                monitor,
                window=look.window,
                start=look.start,
                end=look.end,
                cause=LookCause.LABELS,
                round=_next_round(monitor, look.window),
            )
            made += [again] if again else []
        monitor.labels_at = span["last"]
        monitor.save(update_fields=["labels_at", "last_number"])
        for look in made:
            later("monitoring.look", look.pk)
    return len(made)


def _new_labels(monitor: Monitor) -> QuerySet[Part]:
    since = monitor.labels_at or monitor.created_at
    return Part.objects.filter(endpoint=monitor.endpoint, kind=PartKind.LABELS, created_at__gt=since)


def _lacking(monitor: Monitor, now: datetime) -> list[Look]:
    """The last completed look at each window that had rows without a label; the newest windows first."""
    rows = Look.objects.filter(monitor=monitor, end__gt=now - HORIZON).order_by("-end", "-number")
    found: dict[str, Look] = {}
    for row in rows.filter(state=LookState.COMPLETED).defer("summary"):
        found.setdefault(row.window, row)
    lacking = [one for one in found.values() if (one.labelled or 0) < (one.rows or 0)]
    waiting = set(rows.filter(state__in=(LookState.QUEUED, LookState.RUNNING)).values_list("window", flat=True))
    return [one for one in lacking if one.window not in waiting][:MOST_WINDOWS]


def _next_round(monitor: Monitor, window: str) -> int:
    known = Look.objects.filter(monitor=monitor, window=window, revision=monitor.revision)
    last = known.aggregate(last=Max("round"))["last"]
    return 0 if last is None else last + 1

"""Reading monitors, their looks and alarms: only those of projects that the person may see."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import visible_projects
from mlops.deployments.models import Endpoint
from mlops.formats.monitor import MonitorFound
from mlops.formats.refusal import Refusal
from mlops.monitoring.models import (
    Alarm,
    Backfill,
    BackfillState,
    Look,
    LookResult,
    LookState,
    Monitor,
    MonitorRevision,
)


def visible_to(user: Any) -> QuerySet[Monitor]:
    found = Monitor.objects.filter(project__in=visible_projects(user))
    return found.select_related("project", "endpoint", "dataset", "created_by")


def visible_monitor(user: Any, monitor_id: uuid.UUID) -> Monitor:
    found = visible_to(user).filter(pk=monitor_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such monitor, or you may not see it."), status=404)
    return found


def monitors_of(endpoint: Endpoint) -> QuerySet[Monitor]:
    return Monitor.objects.filter(endpoint=endpoint).select_related("project")


def looks_of(monitor: Monitor) -> QuerySet[Look]:
    """The newest window first, without the summaries."""
    return Look.objects.filter(monitor=monitor).select_related("created_by").defer("summary")


def looks_with_values(monitor: Monitor, *, most: int = 500) -> list[Look]:
    """The last completed ones with their summaries, the oldest first; of repeats the last."""
    rows = Look.objects.filter(monitor=monitor, state=LookState.COMPLETED).order_by("-end", "-number")
    newest: dict[str, Look] = {}
    for row in rows[:most]:
        newest.setdefault(row.window, row)
    return list(reversed(newest.values()))


def look_of(monitor: Monitor, number: int) -> Look:
    found = Look.objects.filter(monitor=monitor, number=number).select_related("monitor__project", "created_by").first()
    if found is None:
        message = _("“%(name)s” has no look %(number)d.") % {"name": monitor.name, "number": number}
        raise Refusal("not_found", message, hint=_("The last is %d.") % monitor.last_number, status=404)
    return found


def found_by(look: Look) -> MonitorFound | None:
    """What it found, with all distributions; None until it is completed."""
    row = LookResult.objects.filter(look=look).first()
    return msgspec.convert(row.found, MonitorFound) if row else None


def alarms_of(monitor: Monitor) -> QuerySet[Alarm]:
    """Those that are on."""
    return Alarm.objects.filter(monitor=monitor, is_on=True).select_related("look")


def revisions_of(monitor: Monitor) -> QuerySet[MonitorRevision]:
    return MonitorRevision.objects.filter(monitor=monitor).select_related("by")


def backfills_of(monitor: Monitor) -> QuerySet[Backfill]:
    return Backfill.objects.filter(monitor=monitor).select_related("created_by")


def backfill_of(monitor: Monitor, number: int) -> Backfill:
    found = Backfill.objects.filter(monitor=monitor, number=number).select_related("monitor__project").first()
    if found is None:
        message = _("“%(name)s” has no back-fill %(number)d.") % {"name": monitor.name, "number": number}
        raise Refusal("not_found", message, status=404)
    return found


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Of a back-fill. `known`: windows that had been looked at before, so that they were left out."""

    windows: int
    done: int
    failed: int
    waiting: int
    known: int
    share: float


def progress_of(asked: Backfill) -> Progress:
    final = ~Q(state__in=(LookState.QUEUED, LookState.RUNNING))
    counted = Look.objects.filter(backfill=asked).aggregate(
        made=Count("pk"), done=Count("pk", filter=final), failed=Count("pk", filter=Q(state=LookState.FAILED))
    )
    is_over = asked.state != BackfillState.RUNNING
    known = max(0, asked.windows - counted["made"]) if is_over else 0
    share = (counted["done"] + known) / asked.windows if asked.windows else 1.0
    return Progress(
        windows=asked.windows,
        done=counted["done"],
        failed=counted["failed"],
        waiting=max(0, asked.windows - known - counted["done"]),
        known=known,
        share=1.0 if asked.state == BackfillState.COMPLETED else min(1.0, share),
    )

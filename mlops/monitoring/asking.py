"""Looks that people ask for: one now, all of a past range, and stopping them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, Where
from mlops.monitoring.models import Backfill, BackfillState, Look, LookCause, LookState, Monitor, Rhythm
from mlops.monitoring.past import past_of
from mlops.monitoring.planning import looks_of_version, make_look
from mlops.monitoring.windows import Span, window_until
from mlops.packaging import leases
from mlops.work.calls import later


def look_now(actor: Any, monitor: Monitor, *, start: datetime | None = None, end: datetime | None = None) -> list[Look]:
    """At the window that ends now, or [start, end). One that was looked at already is looked at again."""
    require(actor, "monitors.run", monitor.project)
    now = timezone.now()
    with transaction.atomic():
        row = Monitor.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=monitor.pk)
        if row.rhythm == Rhythm.CLOCK:
            span = _asked_span(row, start, end, now=now)
            rounds = _next_round(row, span.key)
            look = make_look(
                row, window=span.key, start=span.start, end=span.end, cause=LookCause.ASKED, round=rounds, actor=actor
            )
            made = [look] if look else []
        else:
            made = _of_newest_version(row, actor)
        row.save(update_fields=["last_number"])
        _tell(actor, row, "looks_requested", looks=[one.number for one in made])
        for one in made:
            later("monitoring.look", one.pk)
    return made


def look_again(actor: Any, look: Look) -> Look:
    """The same window once more, with the settings of now, such as after labels came."""
    require(actor, "monitors.run", look.monitor.project)
    with transaction.atomic():
        row = (
            Monitor.objects.select_for_update(of=("self",), no_key=True)
            .select_related("project")
            .get(pk=look.monitor_id)
        )
        made = make_look(
            row,
            window=look.window,
            start=look.start,
            end=look.end,
            cause=LookCause.ASKED,
            round=_next_round(row, look.window),
            actor=actor,
        )
        assert made is not None  # the round is a new one
        row.save(update_fields=["last_number"])
        _tell(actor, row, "looks_requested", looks=[made.number])
        later("monitoring.look", made.pk)
    return made


def cancel_look(actor: Any, look: Look) -> Look:
    require(actor, "monitors.run", look.monitor.project)
    if look.is_final:
        message = _("This look has ended already (%(state)s).") % {"state": look.get_state_display().lower()}
        raise Refusal("look_ended", message, status=409)
    with transaction.atomic():
        leases.cancel(look)
        _tell(actor, look.monitor, "looks_cancelled", looks=[look.number])
    look.refresh_from_db()
    return look


def backfill(actor: Any, monitor: Monitor, *, start: datetime, end: datetime | None = None) -> Backfill:
    """Looks at every window that ends in (start, end], by now where no end is given, from the first row on that the
    target has; those that were looked at already, with these settings, are left out."""
    require(actor, "monitors.run", monitor.project)
    now = timezone.now()
    past = past_of(monitor, start, end, now=now)
    with transaction.atomic():
        Monitor.objects.select_for_update(of=("self",), no_key=True).get(pk=monitor.pk)
        last = Backfill.objects.filter(monitor=monitor).aggregate(last=Max("number"))["last"] or 0
        made = Backfill.objects.create(
            monitor=monitor,
            number=last + 1,
            start=past.start,
            end=past.end,
            made_to=past.start,
            windows=past.windows,
            state=BackfillState.RUNNING,
            state_since=now,
            created_by=actor,
        )
        told = {"start": past.start.isoformat(), "end": past.end.isoformat(), "windows": past.windows}
        _tell(actor, monitor, "backfill_requested", backfill=made.number, **told)
        later("monitoring.tick")
    return made


def cancel_backfill(actor: Any, asked: Backfill) -> Backfill:
    """What was looked at stays."""
    require(actor, "monitors.run", asked.monitor.project)
    now = timezone.now()
    with transaction.atomic():
        rows = Backfill.objects.filter(pk=asked.pk, state=BackfillState.RUNNING)
        if not rows.update(state=BackfillState.CANCELLED, state_since=now, reason=_("Cancelled.")):
            raise Refusal("backfill_ended", _("This back-fill has ended already."), status=409)
        looks = Look.objects.filter(backfill=asked)
        told = {"reason": _("The back-fill was cancelled."), "state_since": now}
        looks.filter(state=LookState.QUEUED).update(state=LookState.CANCELLED, **told)
        looks.filter(state=LookState.RUNNING).update(cancel_asked=True)
        _tell(actor, asked.monitor, "backfill_cancelled", backfill=asked.number)
    asked.refresh_from_db()
    return asked


def _asked_span(monitor: Monitor, start: datetime | None, end: datetime | None, *, now: datetime) -> Span:
    if start is None and end is None:
        return window_until(monitor.wanted, now)
    end = end or now
    if start is None or start >= end:
        message = _("The window needs a start before its end.")
        raise Refusal("range_invalid", message, where=Where(parameter="start"))
    return Span(start=start, end=end)


def _of_newest_version(monitor: Monitor, actor: Any) -> list[Look]:
    if monitor.rhythm == Rhythm.BATCH:
        Monitor.objects.filter(pk=monitor.pk).update(seen_version=0)
        later("monitoring.batches", monitor.pk)
        return []
    known = DatasetVersion.objects.filter(dataset=monitor.dataset, state=VersionState.READY)
    version = known.order_by("-number").first()
    if version is None:
        raise Refusal("no_version", _("The dataset has no version that is ready."), status=409)
    last = Look.objects.filter(monitor=monitor, revision=monitor.revision, end=version.created_at)
    rounds = last.aggregate(last=Max("round"))["last"]
    return looks_of_version(
        monitor,
        monitor.wanted,
        version,
        cause=LookCause.ASKED,
        round=0 if rounds is None else rounds + 1,
        actor=actor,
    )


def _next_round(monitor: Monitor, window: str) -> int:
    known = Look.objects.filter(monitor=monitor, window=window, revision=monitor.revision)
    last = known.aggregate(last=Max("round"))["last"]
    return 0 if last is None else last + 1


def _tell(actor: Any, monitor: Monitor, act: str, **data: Any) -> None:
    record(
        actor,
        f"mlops.monitor.{act}",
        subject=f"monitors/{monitor.name}",
        project=monitor.project,
        data={"monitor": monitor.name, "monitor_id": str(monitor.pk), **data},
        notice=("monitor", str(monitor.pk)),
    )

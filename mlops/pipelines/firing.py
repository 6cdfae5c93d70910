"""The regular look at schedules: each fire is decided once, whatever the number of workers and restarts.

A fire's row is inserted in the transaction that submits its run; its unique key makes a second one impossible."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.events.chain import record
from mlops.formats.refusal import Refusal
from mlops.pipelines.looking import Found, look, next_look
from mlops.pipelines.models import Fire, FireState, Schedule
from mlops.pipelines.publishing import call
from mlops.pipelines.schedules import read_trigger
from mlops.runs.models import FINAL_RUN_STATES, Run

RETRY = timedelta(minutes=1)
_log = logging.getLogger(__name__)


def tick(now: datetime | None = None) -> None:
    """Looks at every schedule whose time has come, and starts what waits for an earlier run to end."""
    now = now or timezone.now()
    for pk in _due(now).values_list("pk", flat=True):
        try:
            look_at(pk, now=now)
        except Exception:  # one schedule's fault must not keep the others from firing
            _log.exception("The schedule %s could not be looked at.", pk)
            Schedule.objects.filter(pk=pk).update(
                next_at=now + RETRY, reason=_("The last look failed; the worker's log says why.")
            )
    for fire in (
        _waiting()
        .order_by("due_at", "pk")
        .select_related("schedule__endpoint__default", "schedule__version", "schedule__project")
    ):
        _start_waiting(fire, now)


def is_any() -> bool:
    """Whether a tick would do anything."""
    return _due(timezone.now()).exists() or _waiting().exists()


def _due(now: datetime) -> QuerySet[Schedule]:
    return Schedule.objects.filter(is_enabled=True, next_at__lte=now)


def _waiting() -> QuerySet[Fire]:
    """For an earlier run to end."""
    return Fire.objects.filter(state=FireState.QUEUED, schedule__is_enabled=True)


def fire_now(actor: Any, schedule: Schedule, *, now: datetime | None = None) -> Fire:
    """Once, beside its times, by the same rules: where an earlier run is going, it waits or is left out."""
    require(actor, "pipelines.run", schedule.project)
    now = now or timezone.now()
    with transaction.atomic():
        fire = Fire.objects.create(
            schedule=schedule,
            key=f"asked:{uuid4()}",
            due_at=now,
            decided_at=now,
            state=FireState.SKIPPED,
            reason=_("Asked for by %(name)s.") % {"name": actor},
            parameters={},
        )
        _begin(schedule, fire, now)
        record(
            actor,
            "mlops.schedule.triggered",
            subject=f"schedules/{schedule.pk}",
            project=schedule.project,
            data={"name": schedule.name, "endpoint": schedule.endpoint.name, "state": str(fire.state)},
            notice=("schedule", str(schedule.pk)),
        )
    return fire


def look_at(schedule_id: UUID, *, now: datetime) -> None:
    with transaction.atomic():
        schedule = (
            Schedule.objects.select_for_update(of=("self",), no_key=True)
            .select_related("endpoint__project", "endpoint__default", "version__endpoint", "project", "created_by")
            .get(pk=schedule_id)
        )
        if not schedule.is_enabled or schedule.next_at is None or schedule.next_at > now:
            return
        trigger = read_trigger(schedule.trigger)
        found = look(schedule, trigger, now=now)
        missed = [one for one in found if _decide(schedule, one, now) and not one.runs]
        if missed:
            span = {"first": missed[0].at.isoformat(), "last": missed[-1].at.isoformat()}
            _record(schedule, "missed", missed[-1].reason, count=len(missed), **span)
        schedule.looked_at, schedule.next_at = now, next_look(trigger, now=now)
        schedule.reason = found[-1].reason if found else schedule.reason
        schedule.save(update_fields=["looked_at", "next_at", "seen", "reason"])


def _decide(schedule: Schedule, found: Found, now: datetime) -> bool:
    """Whether it was not decided before."""
    try:
        with transaction.atomic():
            fire = Fire.objects.create(
                schedule=schedule,
                key=found.key,
                due_at=found.at,
                decided_at=now,
                state=FireState.SKIPPED,
                reason=found.reason,
                parameters=found.parameters,
            )
    except IntegrityError:
        return False
    if found.runs:
        _begin(schedule, fire, now)
    return True


def _begin(schedule: Schedule, fire: Fire, now: datetime) -> None:
    if schedule.overlap != "allow" and (going := _going(schedule)):
        state = FireState.QUEUED if schedule.overlap == "queue" else FireState.SKIPPED
        told = _("Run #%(number)d of this schedule is still going.") % {"number": going.number}
        rule = _("It starts when that has ended.") if schedule.overlap == "queue" else _("By the rule it is left out.")
        _write(fire, state, f"{told} {rule}", now)
        if state == FireState.SKIPPED:
            _record(schedule, "skipped", f"{told} {rule}", due=fire.due_at.isoformat())
        return
    _start(fire, now)


def _start_waiting(fire: Fire, now: datetime) -> None:
    with transaction.atomic():
        Schedule.objects.select_for_update(no_key=True).get(pk=fire.schedule_id)
        if Fire.objects.filter(pk=fire.pk, state=FireState.QUEUED).exists() and _going(fire.schedule) is None:
            _start(fire, now)


def _start(fire: Fire, now: datetime) -> None:
    schedule = fire.schedule
    try:
        with transaction.atomic():
            run = call(
                schedule.created_by,
                schedule.endpoint,
                number=schedule.version.number if schedule.version else None,
                experiment=schedule.experiment,
                parameters=schedule.parameters | fire.parameters,
                display_name=schedule.name,
                description=_("By the schedule “%(name)s”, due %(at)s.")
                % {"name": schedule.name, "at": fire.due_at.isoformat(timespec="minutes")},
                continue_on_step_failure=schedule.continue_on_step_failure,
                origin=f"schedules/{schedule.pk}@{fire.key}"[:200],
            )
    except Refusal as refusal:
        reason = f"{refusal.message} {refusal.hint}".strip()
        _write(fire, FireState.REFUSED, reason, now)
        _record(schedule, "refused", reason, due=fire.due_at.isoformat())
        return
    _write(fire, FireState.STARTED, fire.reason or _("On time."), now, run=run)


def _write(fire: Fire, state: FireState, reason: str, now: datetime, *, run: Run | None = None) -> None:
    Fire.objects.filter(pk=fire.pk).update(state=state, reason=reason, decided_at=now, run=run)
    fire.state, fire.run = state, run


def _record(schedule: Schedule, what: str, reason: str, **data: Any) -> None:
    record(
        None,
        f"mlops.schedule.{what}",
        subject=f"schedules/{schedule.pk}",
        project=schedule.project,
        reason=reason,
        data={"name": schedule.name, "endpoint": schedule.endpoint.name, **data},
        notice=("schedule", str(schedule.pk)),
    )


def _going(schedule: Schedule) -> Run | None:
    started = Fire.objects.filter(schedule=schedule, state=FireState.STARTED).exclude(run=None)
    return Run.objects.filter(pk__in=started.values("run")).exclude(state__in=FINAL_RUN_STATES).first()

"""Schedules: made, changed, switched on and off by people; what they have to say is checked here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.datasets.queries import ready_version
from mlops.events.chain import record
from mlops.events.facts import Change, gone, sides, stored
from mlops.formats.pipeline import PipelineSpec
from mlops.formats.refusal import Refusal, nearest
from mlops.formats.schedule import Cron, NewFiles, NewVersion, Recurrence, Trigger
from mlops.pipelines.looking import first_look
from mlops.pipelines.models import PipelineEndpoint, PublishedPipeline, Schedule
from mlops.pipelines.parameters import assign
from mlops.pipelines.publishing import version_of
from mlops.pipelines.timing import fires
from mlops.quotas.holding import require_room

CATCH_UP = ("skip", "once", "all")
OVERLAP = ("skip", "queue", "allow")


def create_schedule(
    actor: Any,
    endpoint: PipelineEndpoint,
    *,
    name: str,
    trigger: Any,
    number: int | None = None,
    experiment: str = "",
    parameters: Mapping[str, Any] | None = None,
    description: str = "",
    catch_up: str = "once",
    catch_up_most: int = 10,
    overlap: str = "skip",
    continue_on_step_failure: bool = False,
    is_enabled: bool = True,
    now: datetime | None = None,
) -> Schedule:
    """`trigger`: a formats.schedule.Trigger or its JSON form. Raises Refusal `schedule_*`, `cron_invalid`, …"""
    require(actor, "pipelines.design", endpoint.project)
    now = now or timezone.now()
    wanted = read_trigger(trigger)
    version = version_of(endpoint, number) if number is not None else None
    _check(endpoint, version, wanted, parameters or {}, catch_up, overlap)
    name = name.strip()[:120]
    if not name:
        raise Refusal("schedule_name_missing", _("Give the schedule a name."))
    if Schedule.objects.filter(project=endpoint.project, name=name).exists():
        raise Refusal("schedule_exists", _("There is a schedule “%(name)s” already.") % {"name": name}, status=409)
    with transaction.atomic():
        require_room(endpoint.project, "schedules", by=actor)
        schedule = Schedule(
            project=endpoint.project,
            name=name,
            description=description.strip(),
            endpoint=endpoint,
            version=version,
            experiment=experiment.strip() or endpoint.name,
            parameters=dict(parameters or {}),
            trigger=msgspec.to_builtins(wanted),
            catch_up=catch_up,
            catch_up_most=max(1, catch_up_most),
            overlap=overlap,
            continue_on_step_failure=continue_on_step_failure,
            is_enabled=is_enabled,
            looked_at=now,
            created_by=actor,
        )
        first_look(schedule, wanted, now=now)
        schedule.save(force_insert=True)
        _tell(actor, "created", schedule)
    return schedule


def change_schedule(
    actor: Any,
    schedule: Schedule,
    *,
    trigger: Any,
    number: int | None = None,
    experiment: str = "",
    parameters: Mapping[str, Any] | None = None,
    description: str = "",
    catch_up: str = "once",
    catch_up_most: int = 10,
    overlap: str = "skip",
    continue_on_step_failure: bool = False,
    now: datetime | None = None,
) -> None:
    """From now on; its name, its endpoint and what it fired stay. Raises what `create_schedule` does."""
    require(actor, "pipelines.design", schedule.project)
    now = now or timezone.now()
    wanted = read_trigger(trigger)
    version = version_of(schedule.endpoint, number) if number is not None else None
    _check(schedule.endpoint, version, wanted, parameters or {}, catch_up, overlap)
    with transaction.atomic():
        kept, was = Schedule.objects.select_for_update(of=("self",), no_key=True).get(pk=schedule.pk), stored(schedule)
        schedule.is_enabled, schedule.looked_at, schedule.next_at = kept.is_enabled, kept.looked_at, kept.next_at
        schedule.seen = kept.seen
        is_new = schedule.trigger != msgspec.to_builtins(wanted)
        schedule.version, schedule.experiment = version, experiment.strip() or schedule.endpoint.name
        schedule.parameters, schedule.description = dict(parameters or {}), description.strip()
        schedule.trigger = msgspec.to_builtins(wanted)
        schedule.catch_up, schedule.catch_up_most, schedule.overlap = catch_up, max(1, catch_up_most), overlap
        schedule.continue_on_step_failure = continue_on_step_failure
        if is_new and schedule.is_enabled:
            schedule.looked_at = now
            first_look(schedule, wanted, now=now)
        schedule.save()
        _tell(actor, "changed", schedule, (was, stored(schedule)))


def settings_of(schedule: Schedule) -> dict[str, Any]:
    """As `change_schedule` takes them."""
    return {
        "trigger": schedule.trigger,
        "number": schedule.version.number if schedule.version else None,
        "experiment": schedule.experiment,
        "parameters": schedule.parameters,
        "description": schedule.description,
        "catch_up": schedule.catch_up,
        "catch_up_most": schedule.catch_up_most,
        "overlap": schedule.overlap,
        "continue_on_step_failure": schedule.continue_on_step_failure,
    }


def enable_schedule(actor: Any, schedule: Schedule, *, now: datetime | None = None) -> None:
    """From now on: what would have fired while it was disabled is not caught up. Where the person in whose name it ran
    has left, it runs in the actor's."""
    require(actor, "pipelines.run", schedule.project)
    version = schedule.version or schedule.endpoint.default
    if not schedule.endpoint.is_enabled or version is None or not version.is_enabled:
        raise Refusal(
            "pipeline_disabled",
            _("“%(name)s” calls a pipeline that is disabled.") % {"name": schedule.name},
            hint=_("Enable the pipeline first."),
            status=409,
        )
    now = now or timezone.now()
    with transaction.atomic():
        was = stored(schedule)
        schedule.is_enabled, schedule.looked_at, schedule.reason = True, now, ""
        if schedule.created_by is None or not schedule.created_by.is_active:
            schedule.created_by = actor
        first_look(schedule, read_trigger(schedule.trigger), now=now)
        schedule.save(update_fields=["is_enabled", "looked_at", "next_at", "seen", "reason", "created_by"])
        _tell(actor, "enabled", schedule, (was, stored(schedule)))


def disable_schedule(actor: Any, schedule: Schedule) -> None:
    require(actor, "pipelines.run", schedule.project)
    with transaction.atomic():
        was = stored(schedule)
        Schedule.objects.filter(pk=schedule.pk).update(is_enabled=False, next_at=None)
        _tell(actor, "disabled", schedule, (was, stored(schedule)))
    schedule.is_enabled, schedule.next_at = False, None


def delete_schedule(actor: Any, schedule: Schedule) -> None:
    """Its runs stay."""
    require(actor, "pipelines.design", schedule.project)
    with transaction.atomic():
        _tell(actor, "deleted", schedule, gone(schedule))
        schedule.delete()


def read_trigger(given: Any) -> Trigger:
    if isinstance(given, Cron | Recurrence | NewVersion | NewFiles):
        return given
    try:
        found: Trigger = msgspec.convert(given, type=Trigger)
    except msgspec.ValidationError as error:
        raise Refusal(
            "trigger_invalid",
            _("This trigger cannot be read. %(why)s") % {"why": error},
            hint=_("Its type is cron, recurrence, dataset or files."),
        ) from error
    return found


def watched_folders() -> list[Path]:
    """Those of MLOPS_WATCHED_FOLDERS: nothing else is looked into."""
    return [Path(one).resolve() for one in str(settings.WATCHED_FOLDERS).split(os.pathsep) if one]


def _check(
    endpoint: PipelineEndpoint,
    version: PublishedPipeline | None,
    trigger: Trigger,
    parameters: Mapping[str, Any],
    catch_up: str,
    overlap: str,
) -> None:
    called = version or endpoint.default
    if called is None:
        raise Refusal("version_unknown", _("This endpoint has no version yet."), hint=_("Publish a pipeline first."))
    known = msgspec.convert(called.spec, type=PipelineSpec).parameters
    for value, allowed, label in ((catch_up, CATCH_UP, "catch_up"), (overlap, OVERLAP, "overlap")):
        if value not in allowed:
            raise Refusal(
                "schedule_rule",
                _("%(label)s: “%(value)s” is no rule.") % {"label": label, "value": value},
                hint=nearest(value, allowed) or ", ".join(allowed),
            )
    given: dict[str, Any] = dict(parameters)
    if isinstance(trigger, Cron | Recurrence):
        next(fires(trigger, after=timezone.now()), None)
    elif isinstance(trigger, NewVersion):
        newest = ready_version(endpoint.project, trigger.dataset)
        given |= (
            {trigger.parameter: {"dataset": trigger.dataset, "version": newest.number}} if trigger.parameter else {}
        )
    else:
        _check_folder(trigger)
        given |= {trigger.parameter: trigger.folder} if trigger.parameter else {}
    assign(known, given)


def _check_folder(trigger: NewFiles) -> None:
    folder = Path(trigger.folder).resolve()
    allowed = watched_folders()
    if not any(folder == one or one in folder.parents for one in allowed):
        raise Refusal(
            "folder_not_allowed",
            _("“%(folder)s” may not be watched.") % {"folder": trigger.folder},
            hint=_("Allowed: %(folders)s. Set MLOPS_WATCHED_FOLDERS to allow others.")
            % {"folders": ", ".join(map(str, allowed)) or _("none")},
        )
    if not folder.is_dir():
        raise Refusal("folder_missing", _("There is no folder “%(folder)s”.") % {"folder": trigger.folder})
    if not 0 < trigger.polling_minutes <= 1440:
        raise Refusal("polling_invalid", _("Look every 1 to 1440 minutes."))


def _tell(actor: Any, act: str, schedule: Schedule, change: Change | None = None) -> None:
    record(
        actor,
        f"mlops.schedule.{act}",
        subject=f"schedules/{schedule.pk}",
        project=schedule.project,
        data={"name": schedule.name, "endpoint": schedule.endpoint.name},
        notice=("schedule", str(schedule.pk)),
        **sides(change),
    )

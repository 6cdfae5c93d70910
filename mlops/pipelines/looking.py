"""One look of a schedule: what has become due since the last, as plain values, and when to look again."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.datasets.models import DatasetVersion, VersionState
from mlops.datasets.sharing import dataset_named
from mlops.formats.schedule import Cron, NewFiles, NewVersion, Recurrence, Trigger
from mlops.pipelines.models import Schedule
from mlops.pipelines.timing import due, fires

LOOK_FOR_VERSIONS = timedelta(seconds=10)
SETTLED = timedelta(seconds=2)
"""A file that was written to in this time may still grow: it is taken at the next look."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    at: datetime
    runs: bool = True
    reason: str = ""
    parameters: dict[str, Any] = {}


def first_look(schedule: Schedule, trigger: Trigger, *, now: datetime) -> None:
    """Remembers what is there, so that only what comes later fires."""
    schedule.seen = {}
    if isinstance(trigger, NewVersion):
        newest = _versions(schedule, trigger).order_by("-number").values_list("number", flat=True).first()
        schedule.seen = {"number": newest or 0}
    elif isinstance(trigger, NewFiles):
        schedule.seen = {"files": {name: mark for name, (mark, _at) in _files(trigger).items()}}
    schedule.next_at = next_look(trigger, now=now)


def next_look(trigger: Trigger, *, now: datetime) -> datetime | None:
    """None where it never fires again."""
    if isinstance(trigger, Cron | Recurrence):
        return next(fires(trigger, after=now), None)
    if isinstance(trigger, NewVersion):
        return now + LOOK_FOR_VERSIONS
    return now + timedelta(minutes=trigger.polling_minutes)


def look(schedule: Schedule, trigger: Trigger, *, now: datetime) -> list[Found]:
    """Changes `schedule.seen` as well; the caller saves it in the same transaction as what it decides."""
    if isinstance(trigger, Cron | Recurrence):
        decided = due(
            trigger,
            looked_at=schedule.looked_at,
            now=now,
            catch_up=schedule.catch_up,  # type: ignore[arg-type]
            most=schedule.catch_up_most,
        )
        return [Found(key=one.at.isoformat(), at=one.at, runs=one.runs, reason=one.reason) for one in decided]
    if isinstance(trigger, NewVersion):
        return _new_versions(schedule, trigger, now)
    return _new_files(schedule, trigger, now)


def _versions(schedule: Schedule, trigger: NewVersion) -> Any:
    dataset = dataset_named(schedule.project, trigger.dataset)
    return DatasetVersion.objects.filter(dataset=dataset, state=VersionState.READY)


def _new_versions(schedule: Schedule, trigger: NewVersion, now: datetime) -> list[Found]:
    later = _versions(schedule, trigger).filter(number__gt=schedule.seen.get("number", 0)).order_by("number")
    found = []
    for number in later.values_list("number", flat=True):
        value = {"dataset": trigger.dataset, "version": number}
        found.append(
            Found(
                key=f"{trigger.dataset}:{number}",
                at=now,
                reason=_("New version %(dataset)s:%(number)d.") % {"dataset": trigger.dataset, "number": number},
                parameters={trigger.parameter: value} if trigger.parameter else {},
            )
        )
        schedule.seen = {"number": number}
    return found


def _new_files(schedule: Schedule, trigger: NewFiles, now: datetime) -> list[Found]:
    seen: dict[str, str] = dict(schedule.seen.get("files", {}))
    there = _files(trigger)
    found = []
    for name, (mark, changed_at) in sorted(there.items()):
        if seen.get(name) == mark or now.timestamp() - changed_at < SETTLED.total_seconds():
            continue
        path = str(Path(trigger.folder) / name)
        found.append(
            Found(
                key=f"{name}@{mark}"[-500:],
                at=now,
                reason=_("“%(path)s” arrived or changed.") % {"path": path},
                parameters={trigger.parameter: path} if trigger.parameter else {},
            )
        )
        seen[name] = mark
    schedule.seen = {"files": {name: mark for name, mark in seen.items() if name in there}}
    return found


def _files(trigger: NewFiles) -> dict[str, tuple[str, float]]:
    """Name to what marks its content, and when it changed. A folder that is gone holds nothing."""
    found = {}
    try:
        for path in Path(trigger.folder).iterdir():
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                facts = path.stat()
                found[path.name] = (f"{facts.st_mtime_ns}-{facts.st_size}", facts.st_mtime)
    except OSError:
        return {}
    return found

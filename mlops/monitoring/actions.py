"""Making, changing, enabling, disabling and deleting monitors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.events.chain import record
from mlops.events.facts import Change, gone, sides, stored
from mlops.formats.monitor import MonitorSettings
from mlops.formats.refusal import Refusal, Where
from mlops.monitoring.checking import check, read_settings
from mlops.monitoring.columns import columns_of
from mlops.monitoring.models import Look, LookState, Monitor, MonitorRevision, MonitorState
from mlops.monitoring.planning import plan_anew, rhythm_of
from mlops.monitoring.sources import target_of
from mlops.work.calls import later


def create_monitor(
    actor: Any, project: Project, *, name: str, settings: Any, description: str = "", is_enabled: bool = True
) -> Monitor:
    """`settings`: formats.monitor.MonitorSettings or its JSON form. Raises Refusal that names the field."""
    require(actor, "monitors.change", project)
    wanted = read_settings(settings)
    check(project, wanted)
    now = timezone.now()
    monitor = Monitor(
        project=project,
        name=_checked_name(name),
        description=description.strip(),
        settings=_stored(wanted),
        is_enabled=is_enabled,
        state=MonitorState.WAITING if is_enabled else MonitorState.DISABLED,
        reason=_("It has not looked yet.") if is_enabled else _("It was made disabled."),
        state_since=now,
        created_by=actor,
    )
    _point(monitor, wanted)
    plan_anew(monitor, wanted, now=now)
    with _name_free(project, monitor.name), transaction.atomic():
        monitor.save(force_insert=True)
        _keep_revision(actor, monitor, what=_("Made."))
        _tell(actor, "created", monitor)
        later("monitoring.tick")
    return monitor


def change_monitor(
    actor: Any,
    monitor: Monitor,
    *,
    settings: Any = None,
    name: str | None = None,
    description: str | None = None,
) -> Monitor:
    """Everything may change at any time. What was looked at stays, with the settings that it was looked at with."""
    require(actor, "monitors.change", monitor.project)
    wanted = read_settings(monitor.settings if settings is None else settings)
    if settings is not None:
        check(monitor.project, wanted)
    new_name = monitor.name if name is None else _checked_name(name)
    with _name_free(monitor.project, new_name), transaction.atomic():
        row = Monitor.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=monitor.pk)
        before, was = row.wanted, stored(row)
        what = changed_fields(before, wanted)
        row.name = new_name
        row.description = row.description if description is None else description.strip()
        if what:
            row.settings, row.revision = _stored(wanted), row.revision + 1
            _point(row, wanted)
            if _timing(before) != _timing(wanted):
                plan_anew(row, wanted, now=timezone.now())
            _keep_revision(actor, row, what=", ".join(what))
        row.save()
        _tell(actor, "updated", row, changed=what, change=(was, stored(row)))
        later("monitoring.tick")
    return row


def enable_monitor(actor: Any, monitor: Monitor) -> None:
    """From now on: windows that ended while it was disabled are left to a back-fill."""
    require(actor, "monitors.run", monitor.project)
    now = timezone.now()
    with transaction.atomic():
        row = Monitor.objects.select_for_update(of=("self",), no_key=True).get(pk=monitor.pk)
        if not row.is_enabled:
            was = stored(row)
            row.is_enabled, row.state, row.state_since = True, MonitorState.WAITING, now
            row.reason, row.hint = _("Enabled; it waits for its next look."), ""
            plan_anew(row, row.wanted, now=now)
            row.save()
            _tell(actor, "updated", row, changed=["enabled"], change=(was, stored(row)))
    monitor.refresh_from_db()


def disable_monitor(actor: Any, monitor: Monitor) -> None:
    """Looks that wait are cancelled, except those of a back-fill."""
    require(actor, "monitors.run", monitor.project)
    now = timezone.now()
    with transaction.atomic():
        rows, was = Monitor.objects.filter(pk=monitor.pk, is_enabled=True), stored(monitor)
        told = {"state": MonitorState.DISABLED, "state_since": now, "next_at": None, "hint": ""}
        if rows.update(is_enabled=False, reason=_("Disabled by %(name)s.") % {"name": actor}, **told):
            waiting = Look.objects.filter(monitor=monitor, state=LookState.QUEUED, cause__in=("clock", "labels"))
            waiting.update(state=LookState.CANCELLED, reason=_("The monitor was disabled."), state_since=now)
            _tell(actor, "updated", monitor, changed=["disabled"], change=(was, stored(monitor)))
    monitor.refresh_from_db()


def delete_monitor(actor: Any, monitor: Monitor) -> None:
    """With its looks and what they found."""
    require(actor, "monitors.change", monitor.project)
    with transaction.atomic():
        _tell(actor, "deleted", monitor, change=gone(monitor))
        Monitor.objects.filter(pk=monitor.pk).delete()


def changed_fields(before: MonitorSettings, after: MonitorSettings) -> list[str]:
    return [one for one in MonitorSettings.__struct_fields__ if getattr(before, one) != getattr(after, one)]


def _stored(settings: MonitorSettings) -> Any:
    """As the database gives it back."""
    return msgspec.json.decode(msgspec.json.encode(settings))


def _timing(settings: MonitorSettings) -> tuple[Any, ...]:
    """What the clock depends on."""
    return settings.target, settings.frequency, settings.interval, settings.times, settings.delay_seconds


def _point(monitor: Monitor, settings: MonitorSettings) -> None:
    watched = target_of(monitor.project, settings.target)
    monitor.endpoint, monitor.dataset = watched.endpoint, watched.dataset
    monitor.rhythm = rhythm_of(settings, columns_of(monitor.project, settings))


def _keep_revision(actor: Any, monitor: Monitor, *, what: str) -> None:
    MonitorRevision.objects.create(
        monitor=monitor, number=monitor.revision, settings=monitor.settings, what=what, by=actor
    )


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 120:
        message = _("A monitor needs a name of at most 120 characters.")
        raise Refusal("name_invalid", message, hint=_("Such as “prices-daily”."), where=Where(parameter="name"))
    return name


class _name_free:
    """Turns the database's complaint of a second monitor of that name into a refusal."""

    def __init__(self, project: Project, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, IntegrityError) and "name" in str(error):
            raise Refusal(
                "monitor_exists",
                _("There is a monitor “%(name)s” already.") % {"name": self._name},
                hint=_("Choose another name, or change that one."),
                status=409,
                where=Where(parameter="name"),
            ) from error


def _tell(actor: Any, act: str, monitor: Monitor, *, changed: Iterable[str] = (), change: Change | None = None) -> None:
    record(
        actor,
        f"mlops.monitor.{act}",
        subject=f"monitors/{monitor.name}",
        project=monitor.project,
        data={"monitor": monitor.name, "monitor_id": str(monitor.pk), "changed": list(changed)},
        notice=("monitor", str(monitor.pk)),
        **sides(change),
    )

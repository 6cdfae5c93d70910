"""What a look found becomes rows: result, alarms that it changes, the monitor's state, and events of changes."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.events.chain import record
from mlops.formats.monitor import MonitorFound, SignalFound
from mlops.monitoring import values
from mlops.monitoring.alarms import Change, Judged, changes, is_drift, judged
from mlops.monitoring.found import summary_of
from mlops.monitoring.models import Alarm, Look, LookCause, LookResult, LookState, Monitor, MonitorState
from mlops.monitoring.sources import target_of, version_behind

TOP = 10


def completed(
    look: Look, found: MonitorFound, *, rows: int, baseline_rows: int, labelled: int | None = None, seconds: float
) -> None:
    """Nothing where the look was taken away from this worker in the meantime."""
    is_alarm = any(one.state == "alarm" for one in found.signals)
    summary = summary_of(found)
    with transaction.atomic():
        monitor = (
            Monitor.objects.select_for_update(of=("self",), no_key=True)
            .select_related("project")
            .get(pk=look.monitor_id)
        )
        ended = Look.objects.filter(pk=look.pk, state=LookState.RUNNING).update(
            state=LookState.COMPLETED,
            state_since=timezone.now(),
            lease_until=None,
            reason=in_words(found),
            hint="",
            doing="",
            share_done=1.0,
            baseline=found.baseline[:300],
            target=found.target[:300],
            rows=rows,
            baseline_rows=baseline_rows,
            labelled=labelled,
            seconds=seconds,
            is_alarm=is_alarm,
            summary=msgspec.to_builtins(summary),
        )
        if not ended:
            return
        look.refresh_from_db()
        LookResult.objects.update_or_create(look=look, defaults={"found": msgspec.to_builtins(found)})
        values.keep(look, summary)
        _tell(monitor, look, "run_completed", is_alarm=is_alarm, rows=rows)
        if look.cause == LookCause.BACKFILL:
            return  # it is over: no alarm changes, and nobody is woken
        alerting = {one.name for one in monitor.wanted.signals if one.is_alerting}
        for signal in found.signals:
            if not signal.segment and signal.name in alerting:
                _judge(monitor, look, signal, found)
        _show(monitor, look)


def ended_without(look: Look, *, state: LookState, reason: str, hint: str = "", **facts: Any) -> None:
    """Skipped, failed or cancelled."""
    with transaction.atomic():
        monitor = (
            Monitor.objects.select_for_update(of=("self",), no_key=True)
            .select_related("project")
            .get(pk=look.monitor_id)
        )
        ended = Look.objects.filter(pk=look.pk, state=LookState.RUNNING).update(
            state=state,
            state_since=timezone.now(),
            lease_until=None,
            reason=reason,
            hint=hint,
            doing="",
            **facts,
        )
        if not ended:
            return
        look.refresh_from_db()
        if state == LookState.FAILED:
            _tell(monitor, look, "run_failed", reason=reason)
        if state != LookState.CANCELLED and look.cause not in (LookCause.BACKFILL, LookCause.LABELS):
            _show(monitor, look)


def tells_of_now(look: Look, monitor: Monitor) -> bool:
    """Whether no later window was looked at; back-fills are of the past and do not count."""
    if look.cause == LookCause.BACKFILL:
        return False
    ended = (LookState.COMPLETED, LookState.SKIPPED, LookState.FAILED)
    later = Look.objects.filter(monitor=monitor, end__gt=look.end, state__in=ended)
    return not later.exclude(cause=LookCause.BACKFILL).exists()


def in_words(found: MonitorFound) -> str:
    alarmed = [one.name for one in found.signals if one.state == "alarm" and not one.segment]
    unable = [one for one in found.signals if one.state in ("failed", "too_little_data")]
    if alarmed:
        return _("Beyond its limits: %(names)s.") % {"names": ", ".join(alarmed)}
    if unable and len(unable) == len(found.signals):
        return unable[0].reason
    told = _("All signals are within their limits.")
    return told if not unable else f"{told} {unable[0].name}: {unable[0].reason}"


def _judge(monitor: Monitor, look: Look, signal: SignalFound, found: MonitorFound) -> None:
    """By the newest window that could tell: labels may come long after later windows were looked at."""
    known = {one.feature: one for one in Alarm.objects.filter(monitor=monitor, signal=signal.name)}
    on = [feature for feature, one in known.items() if one.is_on]
    rows = judged(signal, is_on=on)
    if rows[0].is_on is None or ("" in known and known[""].end > look.end):
        return
    for change in changes(rows, is_on=on):
        _switch(monitor, look, change, known.get(change.judged.feature))
        if not change.judged.feature:
            _tell_change(monitor, look, change, signal, found)
    if "" not in known and not rows[0].is_on:
        _switch(monitor, look, Change(judged=rows[0], goes_on=False), None)
    for row in rows:
        if row.is_on or not row.feature:
            Alarm.objects.filter(monitor=monitor, signal=signal.name, feature=row.feature).update(
                value=row.value, threshold=row.threshold, metric=row.metric, end=look.end
            )


def _switch(monitor: Monitor, look: Look, change: Change, known: Alarm | None) -> None:
    told = change.judged
    facts: dict[str, Any] = {
        "is_on": change.goes_on,
        "since": timezone.now(),
        "value": told.value,
        "threshold": told.threshold,
        "metric": told.metric,
        "look": look,
        "end": look.end,
    }
    if known is None:
        Alarm.objects.create(monitor=monitor, signal=told.signal, feature=told.feature, **facts)
    else:
        Alarm.objects.filter(pk=known.pk).update(**facts)


def _show(monitor: Monitor, look: Look) -> None:
    """The monitor's state: its alarms first, else what became of its newest window."""
    if not monitor.is_enabled:
        return
    is_newest = tells_of_now(look, monitor)
    alarms = list(Alarm.objects.filter(monitor=monitor, is_on=True, feature=""))
    state, reason, hint = MonitorState(monitor.state), monitor.reason, monitor.hint
    if look.state == LookState.FAILED and is_newest:
        state, reason, hint = MonitorState.TROUBLE, look.reason, look.hint
    elif alarms:
        names = ", ".join(one.signal for one in alarms)
        state, reason = MonitorState.ALARM, _("Beyond its limits: %(names)s.") % {"names": names}
        hint = _("Look at the features that contribute most, then at what changed upstream.")
    elif look.state == LookState.SKIPPED and is_newest:
        state, reason, hint = MonitorState.WAITING, look.reason, look.hint
    elif is_newest or monitor.state == MonitorState.ALARM:
        state, reason, hint = MonitorState.FINE, look.reason, ""
    if monitor.state != state:
        monitor.state, monitor.state_since = state, timezone.now()
    monitor.reason, monitor.hint = reason, hint
    monitor.save(update_fields=["state", "state_since", "reason", "hint"])


def _tell(monitor: Monitor, look: Look, act: str, *, reason: str = "", **data: Any) -> None:
    record(
        None,
        f"mlops.monitor.{act}",
        subject=f"monitors/{monitor.name}",
        project=monitor.project,
        reason=reason,
        data={
            "monitor": monitor.name,
            "monitor_id": str(monitor.pk),
            "run": look.number,
            "start": look.start.isoformat() if look.start else None,
            "end": look.end.isoformat(),
            **data,
        },
        notice=("monitor", str(monitor.pk)),
    )


def _tell_change(monitor: Monitor, look: Look, change: Change, signal: SignalFound, found: MonitorFound) -> None:
    if is_drift(signal.kind):
        act = "drift_detected" if change.goes_on else "drift_cleared"
    else:
        act = "alarm_raised" if change.goes_on else "alarm_cleared"
    _tell(monitor, look, act, reason=signal.reason, **_data(monitor, change.judged, signal, found))


def _data(monitor: Monitor, told: Judged, signal: SignalFound, found: MonitorFound) -> dict[str, Any]:
    target = monitor.wanted.target
    version = version_behind(target_of(monitor.project, target)) if monitor.endpoint_id else None
    features = [one.feature for one in signal.features if any(value.is_alarm for value in one.measured)]
    return {
        "signal": signal.name,
        "kind": signal.kind,
        "magnitude": told.value,
        "threshold": told.threshold,
        "metric": told.metric,
        "features": features[:TOP],
        "baseline": found.baseline,
        "target": found.target,
        "endpoint": target.endpoint or None,
        "deployment": target.deployment or None,
        "dataset": target.dataset or None,
        "model": str(version) if version else None,
        "emails": list(monitor.wanted.emails),
    }

"""Monitors, looks and back-fills as the API gives them."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.monitoring.models import Alarm, Backfill, Look, Monitor, MonitorRevision
from mlops.monitoring.queries import progress_of


def monitor_line(one: Monitor) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "name": one.name,
        "project": one.project.slug,
        "description": one.description,
        "endpoint": one.endpoint.name if one.endpoint else None,
        "dataset": one.dataset.name if one.dataset else None,
        "enabled": one.is_enabled,
        "state": one.state,
        "reason": one.reason,
        "hint": one.hint,
        "since": one.state_since.isoformat(),
        "next_at": one.next_at.isoformat() if one.next_at else None,
        "looks": one.last_number,
        "revision": one.revision,
    }


def monitor_whole(one: Monitor, alarms: list[Alarm]) -> dict[str, Any]:
    return monitor_line(one) | {
        "settings": one.settings,
        "rhythm": one.rhythm,
        "created_at": one.created_at.isoformat(),
        "created_by": one.created_by.get_username() if one.created_by else None,
        "alarms": [alarm_line(alarm) for alarm in alarms],
    }


def alarm_line(one: Alarm) -> dict[str, Any]:
    return {
        "signal": one.signal,
        "feature": one.feature,
        "metric": one.metric,
        "value": one.value,
        "threshold": one.threshold,
        "since": one.since.isoformat(),
        "look": one.look.number if one.look else None,
    }


def look_line(one: Look) -> dict[str, Any]:
    return {
        "number": one.number,
        "window": one.window,
        "start": one.start.isoformat() if one.start else None,
        "end": one.end.isoformat(),
        "revision": one.revision,
        "round": one.round,
        "cause": one.cause,
        "state": one.state,
        "reason": one.reason,
        "hint": one.hint,
        "since": one.state_since.isoformat(),
        "doing": one.doing,
        "share_done": one.share_done,
        "alarm": one.is_alarm,
        "baseline": one.baseline,
        "target": one.target,
        "rows": one.rows,
        "baseline_rows": one.baseline_rows,
        "seconds": one.seconds,
        "run": str(one.run_id) if one.run_id else None,
    }


def backfill_line(one: Backfill) -> dict[str, Any]:
    return {
        "number": one.number,
        "start": one.start.isoformat(),
        "end": one.end.isoformat(),
        "state": one.state,
        "reason": one.reason,
        "since": one.state_since.isoformat(),
        "created_at": one.created_at.isoformat(),
        "created_by": one.created_by.get_username() if one.created_by else None,
        "progress": msgspec.to_builtins(progress_of(one)),
    }


def revision_line(one: MonitorRevision) -> dict[str, Any]:
    return {
        "number": one.number,
        "what": one.what,
        "at": one.at.isoformat(),
        "by": one.by.get_username() if one.by else None,
        "settings": one.settings,
    }

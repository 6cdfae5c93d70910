"""Whether somebody has asked for silence about an alert."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from mlops.alerts.models import Alert, Mute


def running_mutes(alert: Alert, now: datetime) -> list[Mute]:
    """Of everybody and of single people, the longest first."""
    running = Mute.objects.filter(project=alert.project_id, begins_at__lte=now, until__gt=now).order_by("-until")
    return [mute for mute in running if covers(mute, alert)]


def covers(mute: Mute, alert: Alert) -> bool:
    if mute.rule_id is not None and mute.rule_id != alert.rule_id:
        return False
    return not mute.subject or fnmatchcase(alert.subject, mute.subject)


def for_all(mutes: Iterable[Mute]) -> Mute | None:
    return next((one for one in mutes if one.person_id is None), None)


def for_person(mutes: Iterable[Mute], person: Any) -> Mute | None:
    return next((one for one in mutes if one.person_id == person.pk), None)

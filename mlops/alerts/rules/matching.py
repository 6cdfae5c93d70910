"""Whether an event is one that a rule waits for, and what the alert is then about."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from mlops.alerts.models import Rule
from mlops.events.models import Event

OWN = ("mlops.alert.", "mlops.alert_rule.", "mlops.channel.", "mlops.mute.")
"""Events of this package raise no alerts: one would raise the next without end."""


def raises(rule: Rule, event: Event) -> bool:
    return _is_of(rule.types, event) and _is_about(rule, event)


def clears(rule: Rule, event: Event) -> bool:
    return _is_of(rule.clear_types, event) and _is_about(rule, event, filters=False)


def key_of(rule: Rule, event: Event) -> str:
    """The member of the data that the rule groups by, else the subject."""
    if not rule.group_by:
        return event.subject
    value: Any = {"data": event.data, "subject": event.subject, "type": event.type}
    for part in rule.group_by.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return event.subject if value is None else str(value)


def _is_of(patterns: Iterable[str], event: Event) -> bool:
    return not event.type.startswith(OWN) and any(fnmatchcase(event.type, pattern) for pattern in patterns)


def _is_about(rule: Rule, event: Event, *, filters: bool = True) -> bool:
    return not rule.subject or fnmatchcase(event.subject, rule.subject)

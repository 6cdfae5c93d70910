"""Whether an event is one that a rule waits for, and what the alert is then about."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from mlops.alerts.models import Rule
from mlops.events.models import Event
from mlops.formats.event_filter import holds, leaves_out, read_filters

OWN = ("mlops.alert.", "mlops.alert_rule.", "mlops.channel.", "mlops.mute.")
"""Events of this package raise no alerts: one would raise the next without end."""


def raises(rule: Rule, event: Event) -> bool:
    """Raises Refusal `filter_invalid` where a stored filter is none."""
    if not _is_of(rule.types, event) or not _is_about(rule, event):
        return False
    filters = read_filters(rule.filters)
    return not leaves_out(event.data, event.via, filters) and holds(filters, view_of(event))


def clears(rule: Rule, event: Event) -> bool:
    return _is_of(rule.clear_types, event) and _is_about(rule, event)


def key_of(rule: Rule, event: Event) -> str:
    """The members that the rule groups by, joined by slashes; else the subject."""
    parts = [one.strip() for one in rule.group_by.split(",") if one.strip()]
    values = [_member(part, event) for part in parts]
    return "/".join(value for value in values if value) or event.subject


def part_of(rule: Rule, event: Event) -> str:
    """What the key says beside the subject, such as a signal's name."""
    names = [one.strip() for one in rule.group_by.split(",")]
    return ", ".join(value for name in names if name.startswith("data.") and (value := _member(name, event)))


def _member(path: str, event: Event) -> str:
    value: Any = view_of(event)
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return "" if value is None else str(value)


def view_of(event: Event) -> dict[str, Any]:
    """What filters and groups may name."""
    return {
        "type": event.type, "subject": event.subject, "actor": event.actor_name, "reason": event.reason,
        "data": event.data, "via": event.via,
    }  # fmt: skip


def _is_of(patterns: Iterable[str], event: Event) -> bool:
    return not event.type.startswith(OWN) and any(fnmatchcase(event.type, pattern) for pattern in patterns)


def _is_about(rule: Rule, event: Event) -> bool:
    return not rule.subject or fnmatchcase(event.subject, rule.subject)

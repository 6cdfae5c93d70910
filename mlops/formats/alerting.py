"""A rule for alerts as it is written down: in YAML, over REST, and in the form."""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec

from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|m|h|d|w)")
MOST_SECONDS = 90 * 86400

Comparison = Literal["above", "at_least", "below", "at_most"]
Aggregation = Literal["mean", "max", "min", "sum", "last"]
Severity = Literal["info", "warning", "critical"]
People = Literal["nobody", "author", "owner", "owners", "contributors", "everyone"]


class When(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Either `events` or `metric`. Durations are seconds, or texts such as 90s, 10m, 4h, 1d."""

    events: tuple[str, ...] = ()
    subject: str = ""
    filters: tuple[dict[str, Any], ...] = ()
    group_by: str = ""
    clears: tuple[str, ...] = ()
    metric: str = ""
    is_: Comparison = msgspec.field(name="is", default="above")
    threshold: float | None = None
    over: int | str = 300
    by: Aggregation | Literal[""] = ""
    """How the points of the window become one number; empty: as is usual for the metric."""
    for_: int | str = msgspec.field(name="for", default=0)


class Tell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    people: People = "everyone"
    channels: tuple[str, ...] = ()
    """Names of channels of the project or of the server."""
    resolved: bool = True
    """Also when it is over."""


class Act(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    kind: str
    options: dict[str, Any] = {}


class RuleSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    name: str
    when: When
    severity: Severity = "warning"
    tell: Tell = Tell()
    action: Act | None = None
    repeat: int | str = 0
    """While it goes on and nobody has acknowledged it; 0: told once."""
    resolve_after: int | str = 0
    note: str = ""
    runbook: str = ""
    owner: str = ""
    """A user name; empty: whoever makes the rule."""
    enabled: bool = True


def seconds_of(duration: int | str, *, name: str) -> int:
    """Of `90`, `90s`, `10m`, `1h 30m`, `2d`. Raises Refusal `duration_invalid`; at most 90 days."""
    text = str(duration).strip().lower()
    if text.isdecimal():
        seconds = float(text)
    else:
        found = DURATION.findall(text)
        if not found or DURATION.sub("", text).strip():
            raise _wrong(name, text, _("“%(text)s” is no duration.") % {"text": text})
        seconds = sum(float(count) * UNITS[unit] for count, unit in found)
    if seconds > MOST_SECONDS:
        raise _wrong(name, text, _("A duration is at most 90 days."))
    return round(seconds)


def duration_of(seconds: int) -> str:
    """The shortest text that means the same: `10m`, `1h 30m`."""
    parts = []
    for unit in ("d", "h", "m", "s"):
        count, seconds = divmod(seconds, UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"


def _wrong(name: str, text: str, message: str) -> Refusal:
    hint = _("Such as 90s, 10m, 4h or 1d; a number alone is seconds.")
    return Refusal("duration_invalid", message, hint=hint, where=Where(parameter=name, value=text))

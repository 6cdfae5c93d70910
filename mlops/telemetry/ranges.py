"""Which time is shown, in steps of which length. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, nearest

MOST_STEPS = 2_000
STEPS = (60, 300, 900, 3600, 21_600, 86_400)
"""Seconds: what people read easily."""
RANGES: dict[str, int] = {
    "15m": 900, "1h": 3600, "6h": 21_600, "24h": 86_400, "7d": 604_800, "30d": 2_592_000, "90d": 7_776_000,
}  # fmt: skip
"""Name to seconds back from now."""
USUAL = "1h"
WORDS = {"from": "beginning", "to": "end"}


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """[start, end), UTC, in steps that begin at multiples of their length since 1970."""

    start: datetime
    end: datetime
    step_seconds: int

    @property
    def ticks(self) -> list[datetime]:
        """The beginning of each step."""
        first = int(self.start.timestamp()) // self.step_seconds * self.step_seconds
        last = self.end.timestamp()
        count = max(0, -int(-(last - first) // self.step_seconds))
        return [datetime.fromtimestamp(first + place * self.step_seconds, UTC) for place in range(count)]

    def tick_of(self, moment: datetime) -> datetime:
        return datetime.fromtimestamp(int(moment.timestamp()) // self.step_seconds * self.step_seconds, UTC)


def span_of(*, now: datetime, name: str = "", start: str = "", end: str = "", step: str = "") -> Span:
    """By the name of a range, else from `start` (and `end`, else now) as ISO 8601; `step` in seconds, else one of
    STEPS that makes about a hundred. Raises Refusal."""
    if start:
        begin = _moment(start, "from")
        until = _moment(end, "to") if end else now
    else:
        begin, until = now - timedelta(seconds=_range(name or USUAL)), now
    if begin >= until:
        raise Refusal("range_empty", _("The range ends before it begins."), hint=_("Give a beginning before its end."))
    seconds = (until - begin).total_seconds()
    length = _step(step) if step else usual_step(seconds)
    if seconds / length > MOST_STEPS:
        least = next((one for one in STEPS if seconds / one <= MOST_STEPS), STEPS[-1])
        raise Refusal(
            "range_long",
            _("This range has %(seconds)s steps; at most %(most_steps)s are told at once.")
            % {"seconds": f"{seconds / length:,.0f}", "most_steps": f"{MOST_STEPS:,}"},
            hint=_("Ask for a step of %(least)s seconds, or for a shorter range.") % {"least": least},
        )
    return Span(start=begin, end=until, step_seconds=length)


def usual_step(seconds: float) -> int:
    return next((one for one in STEPS if seconds / one <= 120), STEPS[-1])


def _range(name: str) -> int:
    if name not in RANGES:
        hint = nearest(name, RANGES) or _("One of %(ranges)s.") % {"ranges": ", ".join(RANGES)}
        raise Refusal("range_unknown", _("There is no range “%(name)s”.") % {"name": name}, hint=hint)
    return RANGES[name]


def _step(text: str) -> int:
    if not text.isdecimal() or int(text) < 60 or int(text) % 60:
        raise Refusal(
            "step_unreadable",
            _("“%(text)s” is no step.") % {"text": text},
            hint=_("Whole minutes in seconds, such as 60, 300 or 3600."),
        )
    return int(text)


def _moment(text: str, name: str) -> datetime:
    """In UTC where it names no zone. A plus sign that an address turned into a blank is understood."""
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text.strip())
    except ValueError as error:
        raise Refusal(
            "time_unreadable",
            _("The range's %(words)s is “%(text)s”, which is no time.") % {"words": WORDS[name], "text": text},
            hint=_("ISO 8601, such as 2026-11-26T08:00:00Z."),
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)

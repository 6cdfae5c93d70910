"""Dates as people type them: a day, a month, a moment, `7 days ago`, `yesterday`, milliseconds since 1970."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, tzinfo

from mlops.formats.search.nodes import Period

UNITS = {
    "second": 1, "sec": 1, "s": 1, "minute": 60, "min": 60, "m": 60, "hour": 3600, "hr": 3600, "h": 3600,
    "day": 86_400, "d": 86_400, "week": 604_800, "w": 604_800, "month": 2_592_000, "year": 31_536_000, "y": 31_536_000,
}  # fmt: skip
"""Seconds; a month is 30 days and a year 365."""
_UNIT = "|".join(sorted((f"{name}s?" if len(name) > 1 else name for name in UNITS), key=len, reverse=True))
AGO = re.compile(rf"(?P<count>\d{{1,9}})\s*(?P<unit>{_UNIT})(?:\s+ago)?(?![\w-])", re.IGNORECASE)
LAST = re.compile(rf"(?:the\s+)?(?:last|past)\s+(?P<count>\d{{1,9}})\s*(?P<unit>{_UNIT})(?!\w)", re.IGNORECASE)
WORD = re.compile(r"(?P<word>now|today|yesterday|(?:this|last)\s+(?:week|month|year))(?!\w)", re.IGNORECASE)
STAMP = re.compile(r"\d{9,16}(?![\w.])")
CALENDAR = re.compile(
    r"(?P<day>\d{4}-\d{1,2}(?:-\d{1,2})?)"
    r"(?:[T ](?P<time>\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?(?![\w:-])"
)
FORMS = (LAST, WORD, CALENDAR, STAMP, AGO)
EXAMPLES = "Write a day such as 2026-11-01, a moment such as 2026-11-01T10:00, today, or 7 days ago."


def match(text: str, place: int) -> int | None:
    """Where a date that begins at `place` ends."""
    found = next((hit for form in FORMS if (hit := form.match(text, place))), None)
    return found.end() if found else None


def read(text: str, *, now: datetime) -> Period:
    """Raises ValueError. A date without a zone is in the zone of `now`."""
    zone = now.tzinfo or UTC
    if hit := LAST.fullmatch(text):
        return Period(text=text, start=_before(now, hit), end=now)
    if hit := WORD.fullmatch(text):
        return _named(text, " ".join(hit["word"].lower().split()), now)
    if hit := CALENDAR.fullmatch(text):
        return _calendar(text, hit["day"], hit["time"], hit["zone"], zone)
    if STAMP.fullmatch(text):
        seconds = int(text) / 1000 if len(text) > 10 else int(text)
        return _instant(text, _checked(lambda: datetime.fromtimestamp(seconds, UTC)))
    if hit := AGO.fullmatch(text):
        return _instant(text, _before(now, hit))
    raise ValueError(text)


def _before(now: datetime, hit: re.Match[str]) -> datetime:
    return _checked(lambda: now - timedelta(seconds=int(hit["count"]) * seconds_in(hit["unit"])))


def seconds_in(unit: str) -> int:
    known = unit.lower()
    return UNITS[known] if known in UNITS else UNITS[known.removesuffix("s")]


def _named(text: str, word: str, now: datetime) -> Period:
    if word == "now":
        return _instant(text, now)
    today = datetime.combine(now.date(), time(), now.tzinfo)
    if word in ("today", "yesterday"):
        start = today - timedelta(days=word == "yesterday")
        return Period(text=text, start=start, end=start + timedelta(days=1))
    which, unit = word.split()
    if unit == "week":
        start = today - timedelta(days=today.weekday() + 7 * (which == "last"))
        return Period(text=text, start=start, end=start + timedelta(days=7))
    start = today.replace(day=1) if unit == "month" else today.replace(month=1, day=1)
    if which == "last":
        earlier = start - timedelta(days=1)
        start = earlier.replace(day=1) if unit == "month" else earlier.replace(month=1, day=1)
    return Period(text=text, start=start, end=_after(start, unit))


def _calendar(text: str, day: str, at: str | None, zone: str | None, local: tzinfo) -> Period:
    parts = [int(part) for part in day.split("-")]
    start = datetime(parts[0], parts[1], parts[2] if len(parts) > 2 else 1, tzinfo=local)
    if at is None:
        return Period(text=text, start=start, end=_after(start, "day" if len(parts) > 2 else "month"))
    pieces = at.split(":")
    whole, _, fraction = (pieces[2] if len(pieces) > 2 else "0").partition(".")
    start = start.replace(
        hour=int(pieces[0]), minute=int(pieces[1]), second=int(whole), microsecond=int(fraction.ljust(6, "0") or 0)
    )
    if zone is not None:
        start = start.replace(tzinfo=datetime.fromisoformat(f"2000-01-01T00:00:00{zone}").tzinfo)
    if len(pieces) > 2:
        return _instant(text, start)
    return Period(text=text, start=start, end=_checked(lambda: start + timedelta(minutes=1)))


def _after(start: datetime, unit: str) -> datetime:
    if unit == "day":
        return _checked(lambda: start + timedelta(days=1))
    if unit == "year" or start.month == 12:
        return start.replace(year=start.year + 1, month=1)
    return start.replace(month=start.month + 1)


def _instant(text: str, at: datetime) -> Period:
    return Period(text=text, start=at, end=at)


def _checked(make: Callable[[], datetime]) -> datetime:
    """A moment too far away is a ValueError."""
    try:
        return make()
    except (OverflowError, OSError) as error:
        raise ValueError(str(error)) from error

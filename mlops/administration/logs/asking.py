"""What is asked for in a query, read and checked; the same for pages, REST and the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.administration.logs import everywhere, files, reading, steps
from mlops.administration.logs.entries import LEVELS
from mlops.administration.logs.reading import Found, Wanted
from mlops.formats.refusal import Refusal, Where, nearest

SPAN = re.compile(r"(\d{1,5})\s*([smhd])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def found(name: str, wanted: Wanted) -> Found:
    """Raises Refusal `not_found`, `id_missing`."""
    if name == files.ALL:
        return everywhere.read(wanted)
    return steps.read(wanted) if name == files.STEPS else reading.read(files.path_of(name), wanted)


def wanted(query: Mapping[str, str]) -> Wanted:
    """Of level, q, id, since, until, most, before. Raises Refusal `level_unknown`, `moment_invalid`,
    `number_invalid`."""
    level = query.get("level", "").strip().upper()
    if level and level not in LEVELS:
        message = _("“%s” is no level.") % level[:20]
        raise Refusal("level_unknown", message, hint=nearest(level, LEVELS), where=Where(parameter="level"))
    before = query.get("before", "").strip()
    return Wanted(
        level=level,
        text=query.get("q", "").strip(),
        mark=query.get("id", "").strip(),
        since=moment(query.get("since", ""), "since"),
        until=moment(query.get("until", ""), "until"),
        most=_number(query.get("most", "") or "200", "most"),
        before=_number(before, "before") if before else None,
    )


def moment(text: str, name: str) -> datetime | None:
    """`15m` (ago), `2h`, `1d`, or a time, in UTC where it names no zone; None for an empty text."""
    text = text.strip()
    if not text:
        return None
    try:
        if span := SPAN.fullmatch(text):
            return timezone.now() - timedelta(**{UNITS[span[2]]: int(span[1])})
        given = datetime.fromisoformat(text)
        return given if given.tzinfo else given.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Refusal(
            "moment_invalid",
            _("“%s” is no time.") % text[:40],
            hint=_("Write 15m, 2h, 1d, or a time such as 2026-05-04T18:30."),
            where=Where(parameter=name),
        ) from None


def _number(text: str, name: str) -> int:
    if not text.isdecimal() or len(text) > 18 or (name == "most" and not 1 <= int(text) <= reading.MOST_ENTRIES):
        message = _("“%s” is no such number.") % text[:40]
        hint = _("At most %d entries come at once.") % reading.MOST_ENTRIES if name == "most" else ""
        raise Refusal("number_invalid", message, hint=hint, where=Where(parameter=name))
    return int(text)

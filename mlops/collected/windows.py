"""Moments as people write them, for windows."""

from __future__ import annotations

from datetime import UTC, datetime, time

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where


def moment(text: str, *, parameter: str) -> datetime | None:
    """UTC where it names no offset; a date is its midnight. None where nothing is given."""
    text = text.strip()
    if not text:
        return None
    try:
        found = parse_datetime(text)
        if found is None and (day := parse_date(text)) is not None:
            found = datetime.combine(day, time.min)
    except ValueError:
        found = None
    if found is None:
        raise Refusal(
            "moment_invalid",
            _("“%(text)s” is no moment.") % {"text": text},
            hint=_("Write it as 2026-11-20 or 2026-11-20T12:00:00Z."),
            where=Where(parameter=parameter, value=text),
        )
    return found if found.tzinfo else found.replace(tzinfo=UTC)

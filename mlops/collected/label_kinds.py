"""A label column keeps its type: one word among numbers would make all of its labels text. No Django here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from mlops.collected.columns import type_of
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

WORDS = {
    "boolean": "true or false",
    "integer": "numbers",
    "decimal": "numbers",
    "date": "times",
    "string": "text",
}
LONGEST = 50


def as_before(rows: Sequence[dict[str, Any]], before: Mapping[str, str]) -> list[dict[str, Any]]:
    """The labels as the types of their columns; one that is new gets the type of its first value. Raises Refusal that
    names the first row with another type."""
    kinds = dict(before)
    told = []
    for number, row in enumerate(rows, start=1):
        found = {}
        for name, value in row["labels"].items():
            if value is None:  # says nothing
                continue
            kind = kinds.setdefault(name, type_of([value]))
            found[name] = _as(kind, value)
            if found[name] is None:
                raise other_kind(number=number, column=name, value=str(value), kind=kind)
        told.append({**row, "labels": found})
    return told


def other_kind(*, number: int, column: str, value: str, kind: str) -> Refusal:
    shown = value if len(value) <= LONGEST else f"{value[:LONGEST]}…"
    return Refusal(
        "label_type_changed",
        _("Row %(number)s: “%(shown)s” is no label of “%(column)s”, whose labels are %(words)s.")
        % {"number": number, "shown": shown, "column": column, "words": WORDS[kind]},
        hint=_("Mend it, leave it empty where nothing is known, or send it in another column. Nothing was kept."),
        status=422,
        where=Where(parameter="labels", column=column, row=number, value=shown),
    )


def _as(kind: str, value: Any) -> Any:
    """None where it is of another kind."""
    if kind in ("integer", "decimal"):
        return _number(value)
    if kind == "boolean":
        words = {"true": True, "false": False, "1": True, "0": False}
        return words.get(str(value).strip().lower()) if isinstance(value, bool | int | str) else None
    if kind == "date":
        return _time(value)
    return value


def _number(value: Any) -> int | float | None:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    if not math.isfinite(found):
        return None
    return int(found) if found.is_integer() else found


def as_time(text: str) -> datetime:
    """UTC where it names no zone. Raises ValueError."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _time(value: Any) -> str | None:
    try:
        return as_time(value).isoformat()
    except (TypeError, ValueError):
        return None

"""Typed values: what was written is read as the number, date, length of time or choice that the name asks for."""

from __future__ import annotations

import math
import re
from datetime import datetime

from mlops.formats.refusal import nearest
from mlops.formats.search import dates
from mlops.formats.search.nodes import Flag, Number, Period, Text, Value
from mlops.formats.search.vocabulary import Field, Kind
from mlops.formats.spoken import gettext as _

NUMBER = re.compile(r"[+-]?(?:\d[\d_]{0,30}(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
LENGTH = re.compile(r"(?P<count>\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z]*)(?!\w)", re.ASCII)
CLOCK = re.compile(r"(?:(?P<h>\d{1,4}):)?(?P<m>\d{1,2}):(?P<s>\d{1,2}(?:\.\d+)?)(?![\w:])", re.ASCII)
BYTES = {"": 1, "b": 1} | {
    f"{letter}{tail}": base**power
    for power, letter in enumerate("kmgt", start=1)
    for tail, base in (("", 1000), ("b", 1000), ("ib", 1024))
}
FLAGS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


class WrongValue(ValueError):
    """Says what is expected, and what was perhaps meant."""

    def __init__(self, expected: str, hint: str = "") -> None:
        super().__init__(expected)
        self.expected = expected
        self.hint = hint


def spans_blanks(text: str, place: int, kind: Kind) -> int | None:
    """Where an unquoted value that may hold blanks (`7 days ago`, `5 min`, `10 MB`) ends, or None."""
    if kind == "date":
        return dates.match(text, place)
    if kind in ("duration", "bytes"):
        hit = CLOCK.match(text, place) if kind == "duration" else None
        hit = hit or LENGTH.match(text, place)
        if hit is None:
            return None
        unit = hit.groupdict().get("unit") or ""
        return hit.end() if _known_unit(unit, kind) else hit.start("unit")
    return None


def read(text: str, field: Field, *, now: datetime) -> Value:
    """Raises WrongValue."""
    kind = field.kind
    if kind == "number":
        return Number(value=number(text), text=text)
    if kind == "date":
        return _date(text, now)
    if kind in ("duration", "bytes"):
        return _length(text, kind)
    if kind == "flag":
        if text.lower() not in FLAGS:
            raise WrongValue("true or false")
        return Flag(value=FLAGS[text.lower()])
    if kind == "choice":
        return _choice(text, field)
    return Text(value=text)


def number(text: str) -> float:
    """Raises WrongValue."""
    wanted = text.strip().lower()
    if wanted.lstrip("+-") in ("inf", "infinity"):
        return -math.inf if wanted.startswith("-") else math.inf
    if not NUMBER.fullmatch(wanted):
        raise WrongValue("a number", "Such as 0.5, 12 or 1e-3.")
    return float(wanted.replace("_", ""))


def _date(text: str, now: datetime) -> Period:
    try:
        return dates.read(text.strip(), now=now)
    except ValueError as error:
        raise WrongValue("a date", dates.EXAMPLES) from error


def _length(text: str, kind: Kind) -> Number:
    text = text.strip()
    clock = CLOCK.fullmatch(text) if kind == "duration" else None
    if clock:
        return Number(value=int(clock["h"] or 0) * 3600 + int(clock["m"]) * 60 + float(clock["s"]), text=text)
    hit = LENGTH.fullmatch(text)
    if hit is None or not _known_unit(hit["unit"], kind):
        example = "Such as 90 s, 5 min, 2 h or 1:30:00." if kind == "duration" else "Such as 500 kB, 10 MB or 2 GiB."
        raise WrongValue("a length of time" if kind == "duration" else "a size", example)
    unit = hit["unit"].lower()
    factor = BYTES[unit] if kind == "bytes" else dates.seconds_in(unit or "s")
    return Number(value=float(hit["count"]) * factor, text=text)


def _known_unit(unit: str, kind: Kind) -> bool:
    known = unit.lower()
    if kind == "bytes":
        return known in BYTES
    return known in ("", *dates.UNITS) or known.removesuffix("s") in dates.UNITS


def _choice(text: str, field: Field) -> Text:
    known = {**{value.lower(): value for value in field.choices.values()}, **field.choices}
    found = known.get(text.lower())
    if found is None:
        allowed = list(dict.fromkeys(field.choices.values()))
        hint = nearest(text.lower(), known) or (_("There are: %(names)s.") % {"names": ", ".join(allowed)})
        raise WrongValue(f"one of {', '.join(allowed)}", hint)
    return Text(value=found)

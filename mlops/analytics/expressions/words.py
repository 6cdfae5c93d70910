"""Cuts the text of an expression into words: names, numbers, texts, moments, brackets."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from mlops.analytics.expressions.tree import wrong
from mlops.formats.spoken import gettext as _

LONGEST = 20_000
MOST_WORDS = 4_000


class Word(msgspec.Struct, frozen=True):
    """`kind`: name, mark, end, or that of a literal. `at`: where it begins in the text, from 0."""

    kind: str
    value: Any
    at: int


_WORDS = re.compile(
    r"""(?P<space>\s+)
    |(?P<guid>[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}(?![\w-]))
    |(?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[+-]\d\d:\d\d))
    |(?P<day>\d{4}-\d\d-\d\d(?![\w-]))
    |(?P<decimal>-?\d+(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)|-?INF\b|NaN\b)
    |(?P<integer>-?\d+(?!\w))
    |(?P<string>'(?:[^']|'')*')
    |(?P<name>\$?[A-Za-z_]\w*)
    |(?P<mark>[(),/-])""",
    re.VERBOSE | re.ASCII,
)
_CONSTANTS = {"true": (True, "boolean"), "false": (False, "boolean"), "null": (None, "null")}


def words(text: str, *, option: str = "$filter") -> list[Word]:
    """Raises Refusal with the place of what it does not understand."""
    if len(text) > LONGEST:
        raise wrong(
            _("The expression has %(count)s characters, more than %(longest)s.")
            % {"count": f"{len(text):,}", "longest": f"{LONGEST:,}"},
            option=option,
        )
    found: list[Word] = []
    place = 0
    while place < len(text):
        match = _WORDS.match(text, place)
        if match is None:
            hint = _("Texts stand in single quotes; a quote in a text is doubled.")
            raise wrong(
                _("“%(text)s” at place %(place)s is not understood.")
                % {"text": text[place : place + 20], "place": place + 1},
                hint=hint,
                option=option,
            )
        if match.lastgroup != "space":
            found.append(_word(str(match.lastgroup), match.group(), place, option))
        place = match.end()
    if len(found) > MOST_WORDS:
        raise wrong(
            _("The expression has %(count)s words, more than %(most_words)s.")
            % {"count": f"{len(found):,}", "most_words": f"{MOST_WORDS:,}"},
            option=option,
        )
    return [*found, Word("end", "", len(text))]


def _word(kind: str, text: str, at: int, option: str) -> Word:
    if kind == "name" and text in _CONSTANTS:
        value, kind = _CONSTANTS[text]
        return Word(kind, value, at)
    try:
        return Word(kind, _READ[kind](text), at)
    except (ValueError, OverflowError):
        raise wrong(_("“%(text)s” is no %(kind)s.") % {"text": text[:60], "kind": kind}, option=option) from None


def _moment(text: str) -> datetime:
    cut = re.sub(r"(\.\d{6})\d+", r"\1", text)
    return datetime.fromisoformat(cut).astimezone(UTC)


def _integer(text: str) -> int:
    value = int(text)
    if not -(2**63) <= value < 2**63:
        raise OverflowError(text)
    return value


_READ: dict[str, Any] = {
    "guid": uuid.UUID,
    "moment": _moment,
    "day": date.fromisoformat,
    "decimal": lambda text: float(text.replace("INF", "inf")),
    "integer": _integer,
    "string": lambda text: text[1:-1].replace("''", "'"),
    "name": str,
    "mark": str,
}

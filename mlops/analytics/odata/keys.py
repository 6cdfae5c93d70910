"""The segment after the feed's root: `Runs`, `Runs(6f1f…)`, `Predictions_x(at=…,row=0)`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from mlops.analytics.expressions.kinds import typed
from mlops.analytics.expressions.reading import LITERALS, Reader
from mlops.analytics.expressions.tree import Call, Field, Literal
from mlops.analytics.expressions.words import words
from mlops.analytics.tables.columns import Table
from mlops.formats.refusal import Refusal


def split(segment: str) -> tuple[str, str | None]:
    """The set's name and the text of its key, without brackets."""
    name, bracket, rest = segment.partition("(")
    if not bracket:
        return name, None
    if not rest.endswith(")"):
        raise Refusal("address_invalid", _("A bracket of the address is not closed."))
    return name, rest[:-1]


def key_of(text: str, table: Table) -> dict[str, Any]:
    """Values by key column. Raises Refusal."""
    pieces = _pieces(text)
    if len(pieces) == 1 and "=" not in pieces[0] and len(table.key) == 1:
        pieces = [f"{table.key[0]}={pieces[0]}"]
    given = dict(piece.split("=", 1) for piece in pieces if "=" in piece)
    if sorted(given) != sorted(table.key):
        hint = _("Give %(key)s.") % {"key": ", ".join(f"{name}=…" for name in table.key)}
        raise Refusal("key_invalid", _("This is no key of %(name)s.") % {"name": table.name}, hint=hint)
    return {name: _value(given[name], table, name) for name in table.key}


def _value(text: str, table: Table, name: str) -> Any:
    reader = Reader(words(text, option="key"), "key")
    word = reader.now
    if word.kind not in LITERALS:
        raise Refusal("key_invalid", _("“%(text)s” is no value of %(name)s.") % {"text": text[:60], "name": name})
    checked, _kind = typed(Call("eq", (Field(name), Literal(word.value, word.kind))), table, option="key")
    found = checked.arguments[1] if isinstance(checked, Call) else checked
    return found.value if isinstance(found, Literal) else None


def _pieces(text: str) -> list[str]:
    pieces, piece, is_text = [], "", False
    for letter in text:
        is_text ^= letter == "'"
        if letter == "," and not is_text:
            pieces.append(piece.strip())
            piece = ""
        else:
            piece += letter
    return [*pieces, piece.strip()]

"""The type of a column by its values, and values as that type: of whatever callers sent, nothing is turned away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

Type = Literal["boolean", "integer", "decimal", "date", "string"]
"""In this order the wider is taken where parts differ, and text holds everything; a column without any value is
boolean, the narrowest."""
TYPES: tuple[Type, ...] = ("boolean", "integer", "decimal", "date", "string")
LEAST, MOST = -(2**63), 2**63 - 1


def type_of(values: Sequence[Any]) -> Type:
    kinds = {type(value) for value in values}
    kinds.discard(type(None))
    if kinds <= {bool}:
        return "boolean"
    if kinds <= {int}:
        return "integer" if all(value is None or LEAST <= value <= MOST for value in values) else "decimal"
    if kinds <= {datetime}:
        return "date"
    return "decimal" if kinds <= {int, float} else "string"


def widest(types: Iterable[str]) -> Type:
    found = [one for one in TYPES if one in set(types)]
    if "date" in found and {"integer", "decimal"} & set(found):
        return "string"
    return found[-1] if found else "boolean"


def as_type(values: Sequence[Any], wanted: Type) -> Sequence[Any]:
    """Lists and objects become their JSON, in a string column."""
    if wanted == "decimal":
        return [None if value is None else float(value) for value in values]
    if wanted == "date":
        return [None if value is None else value.astimezone(UTC) for value in values]
    if wanted == "string":
        return [None if value is None else as_text(value) for value in values]
    return values


def as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return msgspec.json.encode(value, enc_hook=str).decode()

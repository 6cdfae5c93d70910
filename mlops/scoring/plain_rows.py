"""The quick way for the usual bodies: rows of plain values, checked against the signature while they are read.

msgspec reads `{"data": [[…]]}` and `{"data": [{…}]}` straight into the signature's types. What it refuses, and all
other forms, go the thorough way of bodies.py and validation.py, which names row, column and remedy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec

from mlops.formats.model import Field, Signature

_TYPES: dict[str, Any] = {
    "decimal": float,
    "integer": Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)],
    "boolean": bool,
    "string": str,
}

Columns = dict[str, list[Any]]


class PlainRows:
    """`read` gives columns and their length, or None where the thorough way has to be gone."""

    def __init__(self, signature: Signature, *, most_rows: int) -> None:
        self._names = tuple(field.name for field in signature.inputs)
        self._most_rows = most_rows
        self._decode = _decoder(signature)

    def read(self, body: bytes) -> tuple[Columns, int] | None:
        if self._decode is None:
            return None
        try:
            rows: list[Any] = self._decode(body).data
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        if not 0 < len(rows) <= self._most_rows:
            return None
        kinds = set(map(type, rows))
        if len(kinds) > 1:
            return None
        if kinds != {tuple}:
            rows = list(map(msgspec.structs.astuple, rows))
        return dict(zip(self._names, map(list, zip(*rows, strict=True)), strict=True)), len(rows)


def _decoder(signature: Signature) -> Callable[[bytes], Any] | None:
    """None where a column's type is not plain: dates are read by validation.py."""
    if not signature.inputs or any(field.type not in _TYPES for field in signature.inputs):
        return None
    fields = [(f"f{place}", _type(field), *_default(field)) for place, field in enumerate(signature.inputs)]
    names = {f"f{place}": field.name for place, field in enumerate(signature.inputs)}
    record = msgspec.defstruct("Record", fields, rename=names, kw_only=True, forbid_unknown_fields=True)
    listed: Any = tuple[tuple(_type(field) for field in signature.inputs)]  # type: ignore[misc]
    row: Any = listed | record
    body = msgspec.defstruct("Body", [("data", list[row])], forbid_unknown_fields=True)
    return msgspec.json.Decoder(body).decode


def _type(field: Field) -> Any:
    plain = _TYPES[field.type]
    return plain if field.required else plain | None


def _default(field: Field) -> tuple[None, ...]:
    return () if field.required else (None,)

"""What a model notes of the request that it answers, so that it can be kept. No note: it is not to be kept."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

import msgspec

from mlops.formats.spool import Columns


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes as they came or went, which may hold rows."""

    content: bytes
    content_type: str = "application/json"
    name: str = "data"
    """Of the column, where the rows are single values."""


class Loose(msgspec.Struct, frozen=True, kw_only=True):
    """Values as JSON has them, which may be rows."""

    value: Any
    name: str = "data"


Form = Columns | Body | Loose


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a script's collector."""

    designation: str
    columns: Columns
    correlation_id: str = ""


class Note:
    """`call` is (key, request id, correlation id). Nothing is converted before it is known that all went well."""

    __slots__ = ("call", "gathered", "inputs", "is_mirrored", "model", "predictions", "rows")

    def __init__(self, call: tuple[str, str, str], *, is_mirrored: bool = False) -> None:
        self.call = call
        self.is_mirrored = is_mirrored
        self.model = ""
        self.inputs: Form | None = None
        self.predictions: Form | None = None
        self.rows = 0
        self.gathered: list[Gathered] = []

    def hold(self, model: str, *, inputs: Form, predictions: Form, rows: int = 0) -> None:
        """Of several models that answer together the first one's inputs stay."""
        if self.inputs is None:
            self.model, self.inputs, self.rows = model, inputs, rows
        self.predictions = predictions

    def gather(self, told: Any) -> None:
        """From a script's child process: [designation, columns, correlation id] each."""
        self.gathered += (Gathered(designation=one[0], columns=one[1], correlation_id=one[2]) for one in told)


current: ContextVar[Note | None] = ContextVar("note", default=None)
"""Of the request that is being answered."""

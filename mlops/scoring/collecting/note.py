"""What a model notes of the request that it answers, so that it can be kept. No note: it is not to be kept."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any, Protocol

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


Header = tuple[bytes, bytes]


class Keeper(Protocol):
    def keep(self, notes: Sequence[Note]) -> None:
        """Writes what they hold, together, and gives each its `header`. Never raises."""
        ...


class Note:
    """`call` is (key, request id, correlation id). Nothing is converted before it is known that all went well."""

    __slots__ = (
        "call", "gathered", "header", "inputs", "is_mirrored", "is_part", "is_plain", "keeper", "model", "predictions",
        "rows",
    )  # fmt: skip

    def __init__(self, call: tuple[str, str, str], keeper: Keeper, *, is_mirrored: bool = False) -> None:
        self.call = call
        self.keeper = keeper
        self.is_mirrored = is_mirrored
        self.model = ""
        self.inputs: Form | None = None
        self.predictions: Form | None = None
        self.rows = 0
        self.gathered: tuple[Gathered, ...] = ()
        self.is_plain = False
        """Both are columns of plain values."""
        self.is_part = False
        """The models that answer now are parts of one answer, which alone is kept."""
        self.header: Header | None = None
        """Of the answer: whether it is kept. None: that is not known yet, or nothing was to be kept."""

    def hold(self, model: str, *, inputs: Form, predictions: Form, rows: int = 0, is_plain: bool = False) -> None:
        """Of several models that answer together the first one's inputs stay."""
        if self.inputs is None:
            self.model, self.inputs, self.rows, self.is_plain = model, inputs, rows, is_plain
        self.predictions = predictions

    def gather(self, told: Any) -> None:
        """From a script's child process: [designation, columns, correlation id] each."""
        self.gathered += tuple(Gathered(designation=one[0], columns=one[1], correlation_id=one[2]) for one in told)


def keep_together(notes: Sequence[Note]) -> None:
    """Of requests that were answered in one turn, before anyone gets the answer: one write for all of them."""
    whole = [note for note in notes if not note.is_part]
    for keeper in dict.fromkeys(note.keeper for note in whole):
        keeper.keep([note for note in whole if note.keeper is keeper])


current: ContextVar[Note | None] = ContextVar("note", default=None)
"""Of the request that is being answered."""

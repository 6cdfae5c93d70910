"""What an expression is made of. Operators and functions are both calls, by their names in OData."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.formats.refusal import Refusal, Where


class Literal(msgspec.Struct, frozen=True):
    """`kind`: one of tables.columns.Kind, or `null`, or `day` (a date without time)."""

    value: Any
    kind: str


class Field(msgspec.Struct, frozen=True):
    name: str


class Call(msgspec.Struct, frozen=True):
    """`and` and `or` have two or more arguments; of `in` all but the first are what is looked among."""

    name: str
    arguments: tuple[Node, ...]


Node = Literal | Field | Call


def wrong(message: str, *, hint: str = "", option: str = "$filter") -> Refusal:
    return Refusal("expression_invalid", message, hint=hint, where=Where(parameter=option))

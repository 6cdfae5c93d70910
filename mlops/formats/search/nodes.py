"""What a filter means, as a tree. Every node knows the part of the text that it was read from."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Span = tuple[int, int]
"""Begin and end in the text, counted in characters from 0; the end is not part of it."""

Space = Literal["field", "tag", "metric", "parameter"]
Operator = Literal["=", "!=", "<", "<=", ">", ">=", "like", "ilike", "contains", "in", "not in"]


class Name(msgspec.Struct, frozen=True, kw_only=True):
    """`key` of a field is its own name, whatever alias was typed."""

    space: Space
    key: str
    span: Span = (0, 0)


class Text(msgspec.Struct, frozen=True, kw_only=True, tag="text"):
    value: str


class Number(msgspec.Struct, frozen=True, kw_only=True, tag="number"):
    """Of a duration in seconds, of a size in bytes."""

    value: float
    text: str = ""


class Period(msgspec.Struct, frozen=True, kw_only=True, tag="period"):
    """From `start` up to `end`, without it: the day that a date names; of an instant both are equal."""

    text: str
    start: datetime
    end: datetime


class Flag(msgspec.Struct, frozen=True, kw_only=True, tag="flag"):
    value: bool


Value = Text | Number | Period | Flag


class Compare(msgspec.Struct, frozen=True, kw_only=True, tag="compare"):
    """Holds where the thing has what `name` says and the comparison is true of it: `!=` and `not in` do not find what
    has no such tag, metric or parameter. `in` and `not in` have any number of values, the others one."""

    name: Name
    operator: Operator
    values: tuple[Value, ...]
    span: Span = (0, 0)


class Has(msgspec.Struct, frozen=True, kw_only=True, tag="has"):
    """Has such a tag, metric or parameter, or a value in the field."""

    name: Name
    span: Span = (0, 0)


class Words(msgspec.Struct, frozen=True, kw_only=True, tag="words"):
    """Words as they stand in a name or a description; also a tag of just this name."""

    text: str
    span: Span = (0, 0)


class Not(msgspec.Struct, frozen=True, kw_only=True, tag="not"):
    """All that `part` does not find."""

    part: Node
    span: Span = (0, 0)


class And(msgspec.Struct, frozen=True, kw_only=True, tag="and"):
    parts: tuple[Node, ...]
    span: Span = (0, 0)


class Or(msgspec.Struct, frozen=True, kw_only=True, tag="or"):
    parts: tuple[Node, ...]
    span: Span = (0, 0)


Node = Compare | Has | Words | Not | And | Or


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """Something that may not be what the person meant. `code`: `read_as_tag` (`near` is the field with such a name),
    `word_after_tag` (`near` is the value that was perhaps meant)."""

    code: Literal["read_as_tag", "word_after_tag"]
    text: str
    near: str
    span: Span


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """`root` is None where nothing was typed."""

    text: str
    root: Node | None = None
    notes: tuple[Note, ...] = ()


def without_places(node: Node) -> Node:
    """The same meaning with all spans at (0, 0), to compare two texts by what they mean."""
    if isinstance(node, And | Or):
        return msgspec.structs.replace(node, parts=tuple(without_places(one) for one in node.parts), span=(0, 0))
    if isinstance(node, Not):
        return Not(part=without_places(node.part))
    if isinstance(node, Words):
        return Words(text=node.text)
    return msgspec.structs.replace(node, name=msgspec.structs.replace(node.name, span=(0, 0)), span=(0, 0))

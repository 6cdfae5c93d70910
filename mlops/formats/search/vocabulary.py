"""What a filter may name: the fields of one kind of thing, and whether it has tags, metrics and parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from mlops.formats.search.nodes import Operator, Space

Kind = Literal["text", "choice", "number", "date", "duration", "bytes", "flag"]

EQUAL: tuple[Operator, ...] = ("=", "!=", "in", "not in")
ORDER: tuple[Operator, ...] = ("<", "<=", ">", ">=")
PATTERN: tuple[Operator, ...] = ("like", "ilike", "contains")

SPACES: Mapping[str, Space] = {
    "tag": "tag", "tags": "tag",
    "metric": "metric", "metrics": "metric",
    "param": "parameter", "params": "parameter", "parameter": "parameter", "parameters": "parameter",
    "attribute": "field", "attributes": "field", "attr": "field", "run": "field",
}  # fmt: skip
"""What may stand before the first dot of a name."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    kind: Kind = "text"
    aliases: tuple[str, ...] = ()
    choices: Mapping[str, str] = {}
    """From what may be typed, in small letters, to the value that is kept."""
    is_searched: bool = False
    """Texts such as a name: `field:word` means that it contains the word."""

    @property
    def operators(self) -> tuple[Operator, ...]:
        if self.kind in ("number", "date", "duration", "bytes"):
            return (*EQUAL, *ORDER)
        return EQUAL if self.kind in ("choice", "flag") else (*EQUAL, *ORDER, *PATTERN)


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """`strict`: what MLflow's filter language allows, and nothing more: each name is known or has its prefix, texts
    are quoted, parts are joined by AND alone, there are no bare words."""

    fields: tuple[Field, ...]
    spaces: tuple[Space, ...] = ("field", "tag")
    strict: bool = False

    def field(self, typed: str) -> Field | None:
        """By name or alias; case and the blank, dash or underscore between words do not count."""
        wanted = _plain(typed)
        for one in self.fields:
            if wanted in (_plain(name) for name in (one.name, *one.aliases)):
                return one
        return None

    def names(self) -> list[str]:
        return [name for one in self.fields for name in (one.name, *one.aliases)]


def vocabulary(fields: Iterable[Field], *, spaces: Iterable[Space] = ("tag",), strict: bool = False) -> Vocabulary:
    return Vocabulary(fields=tuple(fields), spaces=("field", *spaces), strict=strict)


def _plain(name: str) -> str:
    return name.lower().replace(" ", "_").replace("-", "_")

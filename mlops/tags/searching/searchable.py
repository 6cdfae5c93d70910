"""What of one kind of thing can be searched: its columns, the texts in which bare words are looked for, its tags,
metrics and parameters. Each package declares its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.db.models.expressions import Combinable

from mlops.formats.search import Field, Vocabulary, vocabulary
from mlops.formats.search.vocabulary import Kind

Expressed = Callable[[datetime], Combinable]


@dataclass(frozen=True, kw_only=True)
class Held:
    """Rows that count for a thing: itself, or those of `model` whose foreign key `by` names it."""

    model: type[Model]
    by: str = ""
    json: str = ""
    """The JSON column in which `model` keeps tags that never change, as its file gave them."""
    is_ranked: bool = False
    """Its keys are UUIDs, and lists of it may be long: an index orders the values of a tag."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """`path` as the ORM names it, or an `expression` of the present time. A `facet` has few values, which a page lists
    with their counts."""

    name: str
    label: Any
    path: str = ""
    kind: Kind = "text"
    aliases: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    """From what may be typed, in small letters, to the value that is kept."""
    labels: Mapping[str, Any] = field(default_factory=dict)
    """From the value that is kept to what people read."""
    expression: Expressed | None = None
    is_searched: bool = False
    is_nullable: bool = False
    facet: bool = False
    of: Held | None = None
    """Rows that belong to the thing, such as its versions: it is found where `path` of one of them fits."""
    read: Callable[[str, Any], Any] | None = None
    """From a typed value and the person who asks to the value that is compared. Raises ValueError."""

    def as_field(self) -> Field:
        return Field(
            name=self.name, kind=self.kind, aliases=self.aliases, choices=self.choices, is_searched=self.is_searched
        )


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Rows of `model` with `key` and `value`, of the thing that `holder` names; or `model` keeps them as numbers in its
    JSON column `json`. `newest` orders them where several count."""

    model: type[Model]
    holder: str
    json: str = ""
    newest: str = ""
    is_ranked: bool = False
    """A thing has each key once, and an index orders the values of a key."""


@dataclass(frozen=True, kw_only=True)
class Searchable:
    noun: str
    """As REST names them: runs, models, batch-endpoints."""
    label: Any
    """Plural, as people read it."""
    columns: tuple[Column, ...]
    words: tuple[str, ...] = ("name", "description")
    words_of: tuple[tuple[Held, tuple[str, ...]], ...] = ()
    """Rows that belong to the thing and their texts, where words are looked for as well."""
    number: str = ""
    """The path of a number that people write as `#12`."""
    tags: tuple[Held, ...] = ()
    """Whose tags count; the first are the thing's own."""
    metrics: Facts | None = None
    parameters: Facts | None = None
    order: str = "-created"
    """The order where none is asked for, in the names of the columns."""

    def vocabulary(self, *, strict: bool = False) -> Vocabulary:
        kept: list[Any] = [
            space
            for space, given in (("tag", self.tags), ("metric", self.metrics), ("parameter", self.parameters))
            if given
        ]
        return vocabulary((column.as_field() for column in self.columns), spaces=kept, strict=strict)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def choices_of(values: Any, **more: str) -> dict[str, str]:
    """Of Django's choices: the values, and in small letters what else is typed for them."""
    return {str(value).lower(): str(value) for value in values.values} | more


def labels_of(values: Any) -> dict[str, Any]:
    return dict(values.choices)

"""The few values by which a list can be narrowed at a click, with how many things each would leave."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.formats.search import quoted, tag_filter
from mlops.formats.search.writing import BARE
from mlops.tags.searching import known
from mlops.tags.searching.searchable import Searchable

MOST_VALUES = 8
MOST_KEYS = 12


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """`condition` is what a filter says to get just these."""

    label: str
    count: int
    condition: str


class Facet(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    choices: tuple[Choice, ...]


def facets(things: QuerySet[Any], fields: Searchable) -> tuple[Facet, ...]:
    """Of the things as they are filtered now."""
    found = []
    for column in fields.columns:
        if column.facet:
            choices = tuple(
                Choice(
                    label=str(column.labels.get(value, value)),
                    count=count,
                    condition=f"{column.name}={value if BARE.fullmatch(str(value)) else quoted(str(value))}",
                )
                for value, count in known.column_values(things, column, most=MOST_VALUES)
            )
            found.append(Facet(title=str(column.label), choices=choices))
    if fields.tags:
        words = fields.vocabulary()
        keys = known.tag_keys(things, fields, most=MOST_KEYS)
        tags = tuple(Choice(label=key, count=count, condition=tag_filter(key, words=words)) for key, count in keys)
        found.append(Facet(title=_("Tags"), choices=tags))
    return tuple(one for one in found if one.choices)

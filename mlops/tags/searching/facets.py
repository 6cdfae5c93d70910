"""The few values by which a list can be narrowed at a click, with how many things each would leave."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from mlops.formats.search import quoted, tag_filter
from mlops.formats.search.writing import BARE
from mlops.tags.searching import known
from mlops.tags.searching.searchable import Column, Searchable

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
    """Of the things as they are filtered now: as few as known.newest gives."""
    counted = _own_counts(things, fields)
    found = []
    for column in fields.columns:
        if column.facet:
            values = counted.get(column.name)
            if values is None:
                values = known.column_values(things, column, most=MOST_VALUES)
            found.append(Facet(title=str(column.label), choices=tuple(_choice(column, *one) for one in values)))
    if fields.tags:
        words = fields.vocabulary()
        keys = known.tag_keys(things, fields, most=MOST_KEYS)
        tags = tuple(Choice(label=key, count=count, condition=tag_filter(key, words=words)) for key, count in keys)
        found.append(Facet(title=_("Tags"), choices=tags))
    return tuple(one for one in found if one.choices)


def _own_counts(things: QuerySet[Any], fields: Searchable) -> dict[str, list[tuple[Any, int]]]:
    """Of all columns of the things themselves, at once: the filter is looked at once."""
    columns = [column for column in fields.columns if column.facet and column.of is None and column.path]
    if not columns:
        return {}
    together = things.order_by().values_list(*(column.path for column in columns)).annotate(_things=Count("pk"))
    rows = list(together)
    counted = {}
    for place, column in enumerate(columns):
        counts: Counter[Any] = Counter()
        for row in rows:
            if row[place] not in (None, ""):
                counts[row[place]] += row[-1]
        counted[column.name] = sorted(counts.items(), key=lambda one: (-one[1], str(one[0])))[:MOST_VALUES]
    return counted


def _choice(column: Column, value: Any, count: int) -> Choice:
    text = str(value)
    condition = f"{column.name}={text if BARE.fullmatch(text) else quoted(text)}"
    return Choice(label=str(column.labels.get(value, value)), count=count, condition=condition)

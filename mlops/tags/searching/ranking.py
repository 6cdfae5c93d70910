"""A long list in the order of a metric: read along the index of its values, and not by a look at each thing of it. What
has no value comes last."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from mlops.formats.search import Name
from mlops.formats.search.ordering import Order
from mlops.tags.searching.searchable import Facts, Searchable

LONG = 10_000
"""A list up to this long is sorted at once: of few things the index would tell too seldom."""
Key = tuple[Any, Any]
"""The value, and the primary key of the thing."""


class Ranking:
    def __init__(self, facts: Facts, name: Name, *, descending: bool) -> None:
        self.rows = facts.model._default_manager.filter(key=name.key, value__isnull=False)
        self.holder = facts.holder
        self.descending = descending

    def keys(self, things: QuerySet[Any], *, after: Key | None, backwards: bool, most: int) -> list[Key]:
        """The next ones after the given, or before it and then from there backwards."""
        has_value = after is not None and after[0] is not None
        found: list[Key] = []
        for part in (self._without, self._with) if backwards else (self._with, self._without):
            is_over = after is not None and (
                (part == self._with and not backwards and not has_value)
                or (part == self._without and backwards and has_value)
            )  # fmt: skip
            if not is_over and len(found) < most:
                begins_here = after is not None and (part == self._with) == has_value
                found += part(things, after if begins_here else None, backwards, most - len(found))
        return found

    def _with(self, things: QuerySet[Any], after: Key | None, backwards: bool, most: int) -> list[Key]:
        rows = self.rows.filter(Exists(things.order_by().filter(pk=OuterRef(self.holder))))
        down = self.descending != backwards
        if after is not None:
            sign, bound = ("lt", "lte") if down else ("gt", "gte")
            tie = Q(**{"value": after[0], f"{self.holder}__{sign}": after[1]})
            rows = rows.filter(Q(**{f"value__{sign}": after[0]}) | tie, **{f"value__{bound}": after[0]})
        way = "-" if down else ""
        return list(rows.order_by(f"{way}value", f"{way}{self.holder}").values_list("value", self.holder)[:most])

    def _without(self, things: QuerySet[Any], after: Key | None, backwards: bool, most: int) -> list[Key]:
        rest = things.filter(~Exists(self.rows.filter(**{self.holder: OuterRef("pk")})))
        down = self.descending != backwards
        if after is not None:
            rest = rest.filter(**{f"pk__{'lt' if down else 'gt'}": after[1]})
        return [(None, key) for key in rest.order_by("-pk" if down else "pk").values_list("pk", flat=True)[:most]]


def ranking(things: QuerySet[Any], orders: tuple[Order, ...], fields: Searchable) -> Ranking | None:
    """None where the list is sorted as any other."""
    if len(orders) != 1 or orders[0].name.space != "metric" or fields.metrics is None or not fields.metrics.is_ranked:
        return None
    if things.order_by().values("pk")[: LONG + 1].count() <= LONG:
        return None
    return Ranking(fields.metrics, orders[0].name, descending=orders[0].descending)

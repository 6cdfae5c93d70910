"""A long list in the order of a metric, a parameter or a tag: read along the index of its values, and not by a look at
each thing of it. What has no value comes last."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from mlops.formats.search import Name
from mlops.formats.search.ordering import Order
from mlops.tags.lookups import PkText, TextPk
from mlops.tags.models import Tag
from mlops.tags.searching.conditions import Begin
from mlops.tags.searching.searchable import Facts, Held, Searchable

LONG = 10_000
"""A list up to this long is sorted at once: of few things the index would tell too seldom."""
Key = tuple[Any, Any]
"""The value, and the primary key of the thing."""


class Ranking:
    """`rows` have a `_value`, by which an index orders them, and then by the column `holder`, which names the thing."""

    def __init__(self, facts: Facts | Held, name: Name, *, descending: bool) -> None:
        self.descending = descending
        self.key_of: Any
        if isinstance(facts, Held):
            self._rank_tags(facts, name)
            return
        self.holder, self.key_of, self.thing = facts.holder, OuterRef("pk"), facts.holder
        rows = facts.model._default_manager.filter(key=name.key, value__isnull=False)
        self.rows = rows.annotate(_value=F("value") if name.space == "metric" else Begin("value"))

    def _rank_tags(self, held: Held, name: Name) -> None:
        self.holder, self.key_of, self.thing = "object_id", PkText(OuterRef("pk")), "_thing"
        rows = Tag.objects.filter(content_type=ContentType.objects.get_for_model(held.model), key=name.key)
        self.rows = rows.annotate(_value=Begin("value"), _thing=TextPk("object_id"))

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
        rows = self.rows.filter(Exists(things.order_by().filter(pk=OuterRef(self.thing))))
        down = self.descending != backwards
        if after is not None:
            sign, bound = ("lt", "lte") if down else ("gt", "gte")
            key = str(after[1]) if self.holder == "object_id" else after[1]
            tie = Q(**{"_value": after[0], f"{self.holder}__{sign}": key})
            rows = rows.filter(Q(**{f"_value__{sign}": after[0]}) | tie, **{f"_value__{bound}": after[0]})
        way = "-" if down else ""
        return list(rows.order_by(f"{way}_value", f"{way}{self.holder}").values_list("_value", self.thing)[:most])

    def _without(self, things: QuerySet[Any], after: Key | None, backwards: bool, most: int) -> list[Key]:
        rest = things.filter(~Exists(self.rows.filter(**{self.holder: self.key_of})))
        down = self.descending != backwards
        if after is not None:
            rest = rest.filter(**{f"pk__{'lt' if down else 'gt'}": after[1]})
        return [(None, key) for key in rest.order_by("-pk" if down else "pk").values_list("pk", flat=True)[:most]]


def ranking(things: QuerySet[Any], orders: tuple[Order, ...], fields: Searchable) -> Ranking | None:
    """None where the list is sorted as any other."""
    if len(orders) != 1 or (facts := _ranked(orders[0].name, fields)) is None:
        return None
    if things.order_by().values("pk")[: LONG + 1].count() <= LONG:
        return None
    return Ranking(facts, orders[0].name, descending=orders[0].descending)


def _ranked(name: Name, fields: Searchable) -> Facts | Held | None:
    known: dict[str, Facts | Held | None] = {
        "metric": fields.metrics,
        "parameter": fields.parameters,
        "tag": fields.tags[0] if fields.tags else None,
    }
    facts = known.get(name.space)
    return facts if facts is not None and facts.is_ranked else None

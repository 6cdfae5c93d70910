"""The order of a list: by columns, tags, metrics and parameters, what has no value last, and by primary key where all
else is equal, so that every page has its place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, OuterRef, Subquery

from mlops.formats.search import Name
from mlops.formats.search.ordering import Order
from mlops.tags.lookups import PkText
from mlops.tags.models import Tag
from mlops.tags.searching.conditions import facts_of
from mlops.tags.searching.searchable import Held, Searchable


class Term:
    """One key of an order. `alias` is its name among the annotations."""

    def __init__(self, alias: str, expression: Any, *, descending: bool, nullable: bool) -> None:
        self.alias = alias
        self.expression = expression
        self.descending = descending
        self.nullable = nullable

    def ordering(self, *, backwards: bool) -> Any:
        by = F(self.alias)
        last = {"nulls_first" if backwards else "nulls_last": True} if self.nullable else {}
        return by.desc(**last) if self.descending != backwards else by.asc(**last)


def terms(orders: tuple[Order, ...], searchable: Searchable, now: datetime) -> list[Term]:
    """Ends with the primary key."""
    found = [
        Term(f"_order{place}", _expression(one.name, searchable, now), descending=one.descending,
             nullable=_nullable(one.name, searchable))
        for place, one in enumerate(orders)
    ]  # fmt: skip
    return [*found, Term("_order_pk", F("pk"), descending=bool(orders and orders[0].descending), nullable=False)]


def _expression(name: Name, searchable: Searchable, now: datetime) -> Any:
    if name.space == "field":
        column = searchable.column(name.key)
        return column.expression(now) if column.expression is not None else F(column.path)
    if name.space == "tag":
        return _tag(searchable.tags[0], name.key)
    facts = searchable.metrics if name.space == "metric" else searchable.parameters
    assert facts is not None
    rows = facts_of(facts, name)
    return Subquery((rows.order_by(facts.newest) if facts.newest else rows.order_by()).values("value")[:1])


def _tag(held: Held, key: str) -> Subquery:
    kind = ContentType.objects.get_for_model(held.model)
    if not held.by:
        return Subquery(
            Tag.objects.filter(content_type=kind, object_id=PkText(OuterRef("pk")), key=key).values("value")[:1]
        )
    own = Tag.objects.filter(content_type=kind, object_id=PkText(OuterRef("pk")), key=key).values("value")[:1]
    rows = held.model._default_manager.filter(**{held.by: OuterRef("pk")}).annotate(_tag=Subquery(own))
    return Subquery(rows.filter(_tag__isnull=False).order_by("-created_at").values("_tag")[:1])


def _nullable(name: Name, searchable: Searchable) -> bool:
    return name.space != "field" or searchable.column(name.key).is_nullable

"""Which tags, metrics, parameters and values there are among the things that a person sees: for proposals and facets.
All is read from the queryset that is given, so that nothing of another project shows."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from mlops.tags.filters import OF_CLIENTS
from mlops.tags.lookups import PkText, escaped
from mlops.tags.models import Tag
from mlops.tags.searching.searchable import Column, Facts, Held, Searchable

NEWEST = 1_000
"""Of so many things values are counted."""
RECENT = 200
"""Names of metrics and parameters are those of so many of the newest things: each may have thousands."""
Counted = tuple[Any, int]


class Newest(NamedTuple):
    things: QuerySet[Any]
    is_all: bool
    """There are no others."""
    read: int
    """One more than are in `things` where there are others."""


def newest(things: QuerySet[Any], most: int = NEWEST) -> Newest:
    """So many of the things, read once: what is counted over all of a long list takes longer than anybody waits."""
    keys = list(things.order_by("-created_at").values_list("pk", flat=True)[: most + 1])
    return Newest(things.model._default_manager.filter(pk__in=keys[:most]), len(keys) <= most, len(keys))


def tag_keys(things: QuerySet[Any], fields: Searchable, begin: str = "", *, most: int = 10) -> list[Counted]:
    """The keys that begin so, the most frequent first, with the number of tags."""
    return _merged([_keys(things, held, begin, most) for held in fields.tags], most)


def tag_values(
    things: QuerySet[Any], fields: Searchable, key: str, begin: str = "", *, most: int = 10
) -> list[Counted]:
    found = []
    for held in fields.tags:
        if held.json:
            counts = Counter(tags[key] for tags in _kept(things, held) if key in tags)
            found.append([one for one in counts.items() if str(one[0]).lower().startswith(begin.lower())])
            continue
        rows = _tags(things, held).filter(key=key).filter(_begins("value", begin))
        found.append(_counted(rows, "value", most))
    return _merged(found, most)


def fact_keys(things: QuerySet[Any], facts: Facts, begin: str = "", *, most: int = 10) -> list[str]:
    newest = list(things.order_by("-created_at").values_list("pk", flat=True)[:RECENT])
    rows = facts.model._default_manager.filter(**{f"{facts.holder}__in": newest}).order_by()
    if facts.json:
        told = {key for values in rows.values_list(facts.json, flat=True)[: 5 * RECENT] for key in values}
        return sorted(key for key in told if key.lower().startswith(begin.lower()))[:most]
    return list(rows.filter(_begins("key", begin)).values_list("key", flat=True).distinct().order_by("key")[:most])


def fact_values(things: QuerySet[Any], facts: Facts, key: str, begin: str = "", *, most: int = 10) -> list[str]:
    newest = list(things.order_by("-created_at").values_list("pk", flat=True)[:RECENT])
    rows = facts.model._default_manager.filter(**{f"{facts.holder}__in": newest, "key": key})
    found = rows.filter(_begins("value", begin)).order_by("value").values_list("value", flat=True).distinct()
    return [str(one) for one in found[:most] if len(str(one)) <= 200]


def column_values(things: QuerySet[Any], column: Column, begin: str = "", *, most: int = 10) -> list[Counted]:
    """The values of a column, the most frequent first, with the number of things."""
    if column.of is not None:
        rows: QuerySet[Any] = column.of.model._default_manager.filter(**{f"{column.of.by}__in": things.values("pk")})
        by: Any = Count(column.of.by, distinct=True)
    else:
        rows, by = things, Count("pk")
        if column.expression is not None:
            rows = rows.annotate(_value=column.expression(timezone.localtime()))
    path = column.path or "_value"
    if begin:
        rows = rows.filter(_begins(path, begin))
    counted = rows.order_by().annotate(_kept=F(path)).values_list("_kept").annotate(count=by)
    found = counted.order_by("-count", "_kept")[: most + 2]
    return [(value, count) for value, count in found if value not in (None, "")][:most]


def _keys(things: QuerySet[Any], held: Held, begin: str, most: int) -> list[Counted]:
    """Those of clients only where somebody types their beginning."""
    hidden = tuple(one for one in OF_CLIENTS if not begin.lower().startswith(one))
    if held.json:
        counts = Counter(key for tags in _kept(things, held) for key in tags if key.lower().startswith(begin.lower()))
        return [(key, count) for key, count in counts.items() if not key.startswith(hidden)]
    rows = _tags(things, held).filter(_begins("key", begin))
    for one in hidden:
        rows = rows.exclude(key__startswith=one)
    return _counted(rows, "key", most)


def _tags(things: QuerySet[Any], held: Held) -> QuerySet[Tag]:
    kind = ContentType.objects.get_for_model(held.model)
    owners = things.order_by()
    if held.by:
        owners = held.model._default_manager.order_by().filter(**{f"{held.by}__in": owners.values("pk")})
    return Tag.objects.filter(content_type=kind, object_id__in=owners.values(_text=PkText(F("pk"))))


def _kept(things: QuerySet[Any], held: Held) -> list[dict[str, str]]:
    """The tags that the newest rows brought along."""
    rows = held.model._default_manager.filter(**{f"{held.by}__in": things.order_by().values("pk")})
    return [tags for tags in rows.order_by("-created_at").values_list(held.json, flat=True)[: 5 * RECENT] if tags]


def _counted(rows: QuerySet[Any], path: str, most: int) -> list[Counted]:
    return list(rows.order_by().values_list(path).annotate(count=Count("pk")).order_by("-count", path)[:most])


def _begins(path: str, begin: str) -> Q:
    return Q(**{f"{path}__ilike": f"{escaped(begin)}%"}) if begin else Q()


def _merged(found: list[list[Counted]], most: int) -> list[Counted]:
    sums: dict[str, int] = {}
    for rows in found:
        for key, count in rows:
            sums[key] = sums.get(key, 0) + count
    return sorted(sums.items(), key=lambda one: (-one[1], one[0]))[:most]

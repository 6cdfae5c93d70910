"""A filter's tree as a condition of the database. Tags, metrics and parameters are asked for by EXISTS, so that a thing
is found once however many of them fit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, Exists, FloatField, Func, OuterRef, Q, QuerySet, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from mlops.formats.search import And, Compare, Flag, Has, Name, Node, Not, Number, Or, Period, SearchFault, Text, Words
from mlops.tags.lookups import NUMBER_PATTERN, PkText, escaped
from mlops.tags.models import Tag
from mlops.tags.searching.searchable import Column, Facts, Held, Searchable

FEW = 2_000
"""Up to so many rows that fit are read beforehand."""
ORDERED = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}


COMPARE: dict[str, Callable[[float, list[float]], bool]] = {
    "=": lambda found, given: found in given,
    "in": lambda found, given: found in given,
    "!=": lambda found, given: found not in given,
    "not in": lambda found, given: found not in given,
    "<": lambda found, given: found < given[0],
    "<=": lambda found, given: found <= given[0],
    ">": lambda found, given: found > given[0],
    ">=": lambda found, given: found >= given[0],
}


INDEXED = 200
"""So many characters of a text are in indexes; a shorter one is there whole."""


class Begin(Func):
    """Of a text of any length, as indexes have it."""

    template = "LEFT(%(expressions)s, 200)"

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> tuple[str, Any]:
        return super().as_sql(compiler, connection, template="SUBSTR(%(expressions)s, 1, 200)", **more)


class Conditions:
    """`aliases` are the expressions that the condition names; the queryset must carry them."""

    def __init__(self, searchable: Searchable, actor: Any, now: datetime, text: str = "") -> None:
        self.searchable = searchable
        self.actor = actor
        self.now = now
        self.text = text
        self.aliases: dict[str, Any] = {}

    def of(self, node: Node) -> Q:
        """Raises SearchFault where a value cannot be what the column holds."""
        if isinstance(node, And):
            return reduce(and_, (self.of(part) for part in node.parts))
        if isinstance(node, Or):
            return reduce(or_, (self.of(part) for part in node.parts))
        if isinstance(node, Not):
            return ~self.of(node.part)
        if isinstance(node, Words):
            return self.words(node.text)
        if node.name.space == "field":
            return self.column(node)
        if node.name.space == "tag":
            return self.tag(node.name.key, node if isinstance(node, Compare) else None)
        return self.facts(node)

    def words(self, text: str) -> Q:
        pattern = f"%{escaped(text)}%"
        found = _any_like(self.searchable.words, pattern)
        for held, paths in self.searchable.words_of:
            found |= Q(Exists(_rows_of(held).filter(_any_like(paths, pattern))))
        bare = text.removeprefix("#")
        if self.searchable.number and bare.isdecimal() and len(bare) < 10:
            found |= Q(**{self.searchable.number: int(bare)})
        return found | self.tag(text, None) if self.searchable.tags else found

    def tag(self, key: str, node: Compare | None) -> Q:
        return reduce(or_, (_tagged(held, key, node) for held in self.searchable.tags))

    def facts(self, node: Compare | Has) -> Q:
        facts = self.searchable.metrics if node.name.space == "metric" else self.searchable.parameters
        assert facts is not None
        if isinstance(node, Compare) and node.name.space == "metric" and not facts.json:
            return _of_numbers(facts, node)
        rows = facts_of(facts, node.name)
        if isinstance(node, Has):
            return Q(Exists(rows))
        if facts.json:
            return Q(Exists(rows.filter(_numbers("value", node))))
        return _few_or(Exists(_compared(rows, node)), _compared(_all_facts(facts, node), node), facts.holder)

    def column(self, node: Compare | Has) -> Q:
        column = self.searchable.column(node.name.key)
        path = column.path
        if column.expression is not None:
            path = f"_{column.name.replace('-', '_').replace('.', '_')}"
            self.aliases[path] = column.expression(self.now)
        found = self.compared(path, column, node)
        return Q(Exists(_rows_of(column.of).filter(found))) if column.of else found

    def compared(self, path: str, column: Column, node: Compare | Has) -> Q:
        if isinstance(node, Has):
            return _present(path, column)
        if column.read is not None and node.operator in ("=", "!=", "in", "not in"):
            return self.equal(path, [self.converted(column, node, value) for value in node.values], node)
        kinds: dict[str, Callable[[str, Compare], Q]] = {
            "date": _dates, "number": _numbers, "duration": _durations, "bytes": _numbers, "flag": _flags,
        }  # fmt: skip
        found = kinds.get(column.kind, _text)(path, node)
        is_unknown = column.expression is not None and column.is_nullable
        return found & Q(**{f"{path}__isnull": False}) if is_unknown else found

    def equal(self, path: str, given: list[Any], node: Compare) -> Q:
        found = Q(**{f"{path}__in": given}) if len(given) > 1 else Q(**{path: given[0]})
        return found if node.operator in ("=", "in") else Q(**{f"{path}__isnull": False}) & ~found

    def converted(self, column: Column, node: Compare, value: Any) -> Any:
        assert column.read is not None
        try:
            return column.read(value.value, self.actor)
        except ValueError as error:
            said = _("'%(name)s' cannot be compared with '%(value)s': it takes %(error)s.") % {
                "name": column.name,
                "value": value.value,
                "error": error,
            }
            raise SearchFault("filter_value_invalid", said, text=self.text, span=node.span) from error


def _tagged(held: Held, key: str, node: Compare | None) -> Q:
    found = held_tag(held, key, node)
    if held.json:
        return Q(found)
    rows = Tag.objects.filter(content_type=ContentType.objects.get_for_model(held.model), key=key)
    return _few_or(found, rows if node is None else _compared(rows, node), "object_id", by=held)


def _few_or(found: Exists, rows: QuerySet[Any], holder: str, by: Held | None = None) -> Q:
    """The things themselves where few rows fit: then a list need not be walked for them. Else the question that is
    asked of each thing: then the first page is found soon. `by`: the rows name what names the thing, such as versions
    of a model."""
    few = list(rows.order_by().values_list(holder, flat=True)[: FEW + 1])
    if len(few) > FEW:
        return Q(found)
    if by is not None and by.by:
        few = list(by.model._default_manager.order_by().filter(pk__in=set(few)).values_list(by.by, flat=True))
    return Q(pk__in=set(few))


def held_tag(held: Held, key: str, node: Compare | None) -> Exists:
    if held.json:
        kept = _rows_of(held).annotate(value=KeyTextTransform(key, held.json)).filter(value__isnull=False)
        return Exists(kept if node is None else _compared(kept, node))
    rows = Tag.objects.filter(
        content_type=ContentType.objects.get_for_model(held.model), object_id=PkText(OuterRef("pk")), key=key
    )
    if node is not None:
        rows = _compared(rows, node)
    return Exists(_rows_of(held).filter(Exists(rows))) if held.by else Exists(rows)


def facts_of(facts: Facts, name: Name) -> QuerySet[Any]:
    """With `value`, of the thing of the outer query."""
    rows: QuerySet[Any] = facts.model._default_manager.filter(**{facts.holder: OuterRef("pk")})
    if facts.json:
        as_text = KeyTextTransform(name.key, facts.json)
        rows = rows.alias(_text=as_text).annotate(value=as_number("_text")).filter(value__isnull=False)
    else:
        rows = rows.filter(key=name.key)
    return rows


def _of_numbers(facts: Facts, node: Compare) -> Q:
    """Two ranges of the index over key and value."""
    fits = _numbers("value", node) | (_infinite(node) & Q(value=None))
    few = [
        one
        for range_of in (_numbers("value", node), _infinite(node) & Q(value=None))
        for one in _all_facts(facts, node).filter(range_of).order_by().values_list(facts.holder, flat=True)[: FEW + 1]
    ]
    if len(few) <= FEW:
        return Q(pk__in=set(few))
    return Q(Exists(facts_of(facts, node.name).filter(fits)))


def _all_facts(facts: Facts, node: Compare | Has) -> QuerySet[Any]:
    found: QuerySet[Any] = facts.model._default_manager.filter(key=node.name.key)
    return found


def as_number(path: str) -> Case:
    """The number that a text spells, or null."""
    return Case(When(**{f"{path}__regex": NUMBER_PATTERN}, then=Cast(path, FloatField())), default=Value(None))


def _rows_of(held: Held) -> QuerySet[Any]:
    return held.model._default_manager.filter(**{held.by: OuterRef("pk")})


def _any_like(paths: tuple[str, ...], pattern: str) -> Q:
    return reduce(or_, (Q(**{f"{path}__ilike": pattern}) for path in paths))


def _compared(rows: QuerySet[Any], node: Compare) -> QuerySet[Any]:
    """Rows whose text `value` fits; where a number was typed, as numbers."""
    first = node.values[0]
    if node.operator in ("=", "in") and isinstance(first, Text):
        texts = [one.value for one in node.values if isinstance(one, Text)]
        rows = rows.alias(_begin=Begin("value")).filter(_begin__in=[one[:INDEXED] for one in texts])
        if all(len(one) < INDEXED for one in texts):
            return rows  # SQLite would put a given whole value into the beginning too, and miss the index
    if isinstance(first, Number):
        rows = rows.alias(_number=as_number("value")).filter(_values("_number", node, [first.value]))
    else:
        rows = rows.filter(_text("value", node))
    return rows


def _text(path: str, node: Compare) -> Q:
    given = [value.value for value in node.values if isinstance(value, Text)]
    if node.operator == "contains":
        return Q(**{f"{path}__ilike": f"%{escaped(given[0])}%"})
    if node.operator in ("like", "ilike"):
        return Q(**{f"{path}__{node.operator}": given[0]})
    if node.operator in ORDERED:
        return Q(**{f"{path}__{ORDERED[node.operator]}": given[0]})
    found = Q(**{path: given[0]}) if len(given) == 1 else Q(**{f"{path}__in": given})
    return found if node.operator in ("=", "in") else Q(**{f"{path}__isnull": False}) & ~found


def _numbers(path: str, node: Compare) -> Q:
    return _values(path, node, [value.value for value in node.values if isinstance(value, Number)])


def _infinite(node: Compare) -> Q:
    """Infinities are kept beside the numbers, as texts; what is no number fits nothing."""
    given = [value.value for value in node.values if isinstance(value, Number)]
    fits = [one for one in ("inf", "-inf") if COMPARE[node.operator](float(one), given)]
    return Q(special__in=fits)


def _durations(path: str, node: Compare) -> Q:
    given = [timedelta(seconds=min(value.value, 1e12)) for value in node.values if isinstance(value, Number)]
    return _values(path, node, given)


def _flags(path: str, node: Compare) -> Q:
    return _values(path, node, [value.value for value in node.values if isinstance(value, Flag)])


def _values(path: str, node: Compare, given: list[Any]) -> Q:
    if node.operator in ORDERED:
        return Q(**{f"{path}__{ORDERED[node.operator]}": given[0]})
    found = Q(**{f"{path}__in": given}) if len(given) > 1 else Q(**{path: given[0]})
    return found if node.operator in ("=", "in") else Q(**{f"{path}__isnull": False}) & ~found


def _dates(path: str, node: Compare) -> Q:
    """A day is the whole day: after it means from the next one on."""
    periods = [value for value in node.values if isinstance(value, Period)]
    first = periods[0]
    is_instant = first.start == first.end
    if node.operator in (">", "<="):
        sign = {">": "gt" if is_instant else "gte", "<=": "lte" if is_instant else "lt"}[node.operator]
        return Q(**{f"{path}__{sign}": first.end})
    if node.operator in (">=", "<"):
        return Q(**{f"{path}__{ORDERED[node.operator]}": first.start})
    found = reduce(or_, (_within(path, period) for period in periods))
    return found if node.operator in ("=", "in") else Q(**{f"{path}__isnull": False}) & ~found


def _within(path: str, period: Period) -> Q:
    if period.start == period.end:
        return Q(**{path: period.start})
    return Q(**{f"{path}__gte": period.start, f"{path}__lt": period.end})


def _present(path: str, column: Column) -> Q:
    found = Q(**{f"{path}__isnull": False})
    return found & ~Q(**{path: ""}) if column.kind == "text" and column.read is None else found

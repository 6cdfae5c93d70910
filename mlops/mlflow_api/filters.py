"""MLflow's filters as conditions of the database.

A kind of thing says which attributes it has and where tags, metrics and parameters of it lie; the parser is the one of
all lists, in its strict form. As with MLflow, `!=` finds only what has a value."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import (
    Case,
    Exists,
    F,
    FilteredRelation,
    FloatField,
    Func,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    UUIDField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Left

from mlops.formats.refusal import Refusal
from mlops.formats.search import And, Compare, Field, Has, Node, Not, Or, parse, vocabulary
from mlops.mlflow_api.faults import invalid
from mlops.mlflow_api.patterns import fitting
from mlops.mlflow_api.shapes import millis, moment
from mlops.runs.models import Special
from mlops.tags.lookups import PkText
from mlops.tags.models import Tag

IS_PROMPT = "mlflow.prompt.is_prompt"
"""Clients ask for models that are no prompts by `= 'false'`, though most have no such tag."""
FIRST, LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
ORDERED = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
INFINITE_AT = {
    ">": Special.INFINITE, ">=": Special.INFINITE, "<": Special.MINUS_INFINITE, "<=": Special.MINUS_INFINITE,
}  # fmt: skip
GREATEST = sys.float_info.max
HEAD = 200
"""As many signs of a parameter's value stand in its index."""
MOST_ORDERS, LONGEST_ORDER = 20, 1_000
MOST_JOINED = 4
"""More tables in one join are not put into the best order."""
PATTERNS = ("like", "ilike", "contains")
QUOTES = frozenset("`\"'")
PARTED = re.compile(r"\S[\s,]+\S")
PREFIX = re.compile(r"(?:(?P<space>[A-Za-z]+)\.)?(?P<key>.+)", re.DOTALL)
SPACES = {
    "": "field", "attribute": "field", "attributes": "field", "attr": "field", "run": "field",
    "metric": "metric", "metrics": "metric",
    "param": "parameter", "params": "parameter", "parameter": "parameter", "parameters": "parameter",
    "tag": "tag", "tags": "tag",
}  # fmt: skip


@dataclass(frozen=True)
class Attribute:
    path: str
    number: bool = False
    read: Callable[[Any], Any] = str
    """From the value in the filter to the one in the column."""
    aliases: tuple[str, ...] = ()
    is_key: bool = False
    """It names a row, so that no pattern fits it."""
    tag: str = ""
    """Its value counts before that of the column, where there is one."""
    words: Mapping[Any, str] = field(default_factory=dict)
    """Of each value of the column the word that clients know: patterns fit that, and it gives the order."""


@dataclass(frozen=True)
class Facts:
    model: type[Model]
    holder: str
    query_name: str = ""
    """From the holder, where it has at most one of each key."""
    newest: tuple[str, ...] = ()
    """The order in which the one that counts comes first, where it may have several."""


@dataclass(frozen=True)
class Kind:
    model: type[Model]
    attributes: dict[str, Attribute]
    metrics: Facts | None = None
    parameters: Facts | None = None
    parameters_in: str = ""
    """The column of its own, of JSON, in which they lie instead."""
    tags_as_attributes: dict[str, Attribute] = field(default_factory=dict)
    """Tags of MLflow that are facts of ours."""
    elsewhere: dict[str, tuple[Facts, str]] = field(default_factory=dict)
    """Attributes of things that belong to it, such as the data of a run: where they lie, and the column."""
    made: dict[str, Callable[[], Any]] = field(default_factory=dict)
    """Attributes that no column holds, as expressions."""


class AsKey(Func):
    """The primary key that a tag names in text."""

    output_field = UUIDField()
    template = "CAST(%(expressions)s AS uuid)"

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> tuple[str, Any]:
        return super().as_sql(compiler, connection, template="REPLACE(%(expressions)s, '-', '')", **more)


Rows = dict[str, str]
"""By the key of a metric the alias of the row that holds it."""


def joined(things: QuerySet[Any], orders: list[str], kind: Kind) -> tuple[QuerySet[Any], Rows]:
    """With the metrics that they are ordered by, so that a filter by the same ones does not look for them again.
    PostgreSQL finds the best order of a join; SQLite would begin with all things, and is better off without."""
    rows: Rows = {}
    query_name = kind.metrics.query_name if kind.metrics and connection.vendor == "postgresql" else ""
    for text in orders if query_name else []:
        space, key = _space_and_key(direction_of(text)[0])
        if space == "metric" and key not in rows and len(rows) < MOST_JOINED:
            rows[key] = f"metric_{len(rows)}"
            row = FilteredRelation(query_name, condition=Q(**{f"{query_name}__key": key}))
            things = things.alias(**{rows[key]: row})
    return things, rows


def filtered(things: QuerySet[Any], text: str, kind: Kind, rows: Rows | None = None) -> QuerySet[Any]:
    """Raises Fault `INVALID_PARAMETER_VALUE`, with the place in the filter."""
    if not text.strip():
        return things
    names = {**kind.attributes, **{name: Attribute(path="") for name in (*kind.elsewhere, *kind.made)}}
    fields = [Field(name=n, kind="number" if a.number else "text", aliases=a.aliases) for n, a in names.items()]
    spaces = ["tag"] + ["metric"] * bool(kind.metrics)
    spaces += ["parameter"] * bool(kind.parameters or kind.parameters_in)
    try:
        query = parse(text, vocabulary(fields, spaces=spaces, strict=True))  # type: ignore[arg-type]
    except Refusal as refusal:
        raise invalid(f"Invalid filter '{text[:500]}': {refusal.message} {refusal.hint}".strip()) from refusal
    return things.filter(_condition(query.root, kind, rows or {})) if query.root else things


def ordered(
    things: QuerySet[Any], given: list[str], kind: Kind, *, then: tuple[Any, ...], rows: Rows | None = None,
    within: Sequence[Q] = (),
) -> QuerySet[Any]:  # fmt: skip
    """By what is asked, then by `then`; what has no value comes last. `within`: which metrics count for each."""
    if len(given) > MOST_ORDERS:
        raise invalid(f"At most {MOST_ORDERS} order_by clauses can be given. Got {len(given)}.")
    keys: list[Any] = []
    seen: set[str] = set()
    for index, text in enumerate(given):
        name, is_down = direction_of(text)
        only = within[index] if within else Q()
        things, key = _sort_key(things, name, kind, f"sort_{index}", rows or {}, is_down=is_down, only=only)
        if key in seen or name in seen:
            raise invalid(f"`order_by` contains duplicate fields: {given}")
        seen |= {key, name}
        keys.append(F(key).desc(nulls_last=True) if is_down else F(key).asc(nulls_last=True))
    return things.order_by(*keys, *then)


def direction_of(text: str) -> tuple[str, bool]:
    """The name, and whether from the highest on."""
    given = text.strip()
    if not given or len(given) > LONGEST_ORDER:
        raise invalid(f"Invalid order_by clause '{text[:300]}'.")
    name, _blank, way = given.replace("\t", " ").replace("\n", " ").rpartition(" ")
    if way.lower() not in ("asc", "desc") or not name.strip():
        name, way = given, "asc"
    if PARTED.search(name) and not QUOTES.intersection(name):  # a misspelt way, or several clauses in one
        raise invalid(f"Invalid order_by clause '{text[:300]}'. Could not be parsed.")
    return name.strip(), way.lower() == "desc"


def _space_and_key(name: str) -> tuple[str | None, str]:
    found = PREFIX.fullmatch(_unquoted(name))
    space = SPACES.get((found["space"] or "").lower()) if found else None
    return space, _unquoted(found["key"]) if found and space else _unquoted(name)


def _sort_key(
    things: QuerySet[Any], name: str, kind: Kind, alias: str, rows_of: Rows, *, is_down: bool, only: Q
) -> tuple[QuerySet[Any], str]:
    space, key = _space_and_key(name)
    if space in (None, "field"):
        attribute = _attribute(key, kind)
        if attribute is None:
            known = ", ".join(kind.attributes)
            raise invalid(f"Invalid order_by clause '{name}'. Valid attributes are: {known}.")
        if attribute.words:
            whens = [When(**{attribute.path: value}, then=Value(word)) for value, word in attribute.words.items()]
            return things.annotate(**{alias: Case(*whens, output_field=TextField())}), alias
        return things, attribute.path
    if space == "tag":
        if key in kind.tags_as_attributes:
            return things, kind.tags_as_attributes[key].path
        rows: Any = _tag_rows(kind).filter(key=key, object_id=PkText(OuterRef("pk"))).values("value")
    elif space == "parameter" and kind.parameters_in:
        return things.annotate(**{alias: _within(kind.parameters_in, key)}), alias
    elif space == "metric" and key in rows_of:
        return things.annotate(**{alias: _among_numbers(f"{rows_of[key]}__", is_down=is_down)}), alias
    else:
        facts = kind.metrics if space == "metric" else kind.parameters
        if facts is None:
            raise invalid(f"Invalid order_by clause '{name}'.")
        rows = facts.model._default_manager.filter(key=key, **{facts.holder: OuterRef("pk")})
        rows = rows.filter(only).order_by(*facts.newest) if space == "metric" and facts.newest else rows
        rows = rows.values_list(_among_numbers("", is_down=is_down) if space == "metric" else "value")
    return things.annotate(**{alias: Subquery(rows[:1])}), alias


def _told_or(known: Q, node: Compare | Has, kind: Kind, tag: str) -> Q:
    """What clients tell by a tag counts before what is known."""
    told = _tag_rows(kind).filter(key=tag)
    fitting = told.filter(_compared(node, Attribute("value"))).values_list(AsKey("object_id"))
    return Q(pk__in=fitting) | (known & ~Q(pk__in=told.values_list(AsKey("object_id"))))


def _among_numbers(row: str, *, is_down: bool) -> Case:
    """NaN comes after all numbers, whichever way; infinities stand where they belong."""
    last = -math.inf if is_down else math.inf
    told = {Special.INFINITE: GREATEST, Special.MINUS_INFINITE: -GREATEST, Special.NAN: last}
    whens = [When(**{f"{row}special": special}, then=Value(value)) for special, value in told.items()]
    return Case(*whens, default=F(f"{row}value"), output_field=FloatField())


def _within(column: str, key: str) -> Cast:
    return Cast(KeyTextTransform(key, column), TextField())


def _in_row(node: Compare | Has, rows: Rows) -> Q | None:
    """Of a metric that has been joined; None where that row alone does not tell."""
    if not isinstance(node, Compare) or node.name.space != "metric" or node.name.key not in rows:
        return None
    row = f"{rows[node.name.key]}__"
    is_simple = node.operator == "=" or node.operator in ORDERED
    return _measured(node, row) if is_simple else None


def _measured(node: Compare | Has, row: str = "") -> Q:
    found = _compared(node, Attribute(f"{row}value", number=True, read=float))
    if infinite := INFINITE_AT.get(getattr(node, "operator", "")):
        found |= Q(**{f"{row}value": None, f"{row}special": infinite})  # no union: PostgreSQL cannot tell its size
    if getattr(node, "operator", "") == "!=":  # as no infinity is, and NaN neither
        found |= Q(**{f"{row}value": None, f"{row}special__in": Special.values})
    return found


def _condition(node: Node, kind: Kind, rows: Rows) -> Q:
    """`rows`: none below what may hold without them."""
    if isinstance(node, And):
        made = Q()
        for part in node.parts:
            made &= _condition(part, kind, rows)
        return made
    if isinstance(node, Or):
        made = Q(pk__in=[])
        for part in node.parts:
            made |= _condition(part, kind, {})
        return made
    if isinstance(node, Not):
        return ~_condition(node.part, kind, {})
    assert isinstance(node, Compare | Has)
    if (in_row := _in_row(node, rows)) is not None:
        return in_row
    space, key = node.name.space, node.name.key
    if space == "field" and key in kind.elsewhere:
        facts, column = kind.elsewhere[key]
        holding = facts.model._default_manager.filter(_compared(node, Attribute(column)))
        return Q(pk__in=holding.values(facts.holder))
    if space == "field" and key in kind.made:
        things = kind.model._default_manager.annotate(made=kind.made[key]())
        return Q(pk__in=things.filter(_compared(node, Attribute("made"))).values("pk"))
    if space == "field" or (space == "tag" and key in kind.tags_as_attributes):
        attribute = kind.attributes[key] if space == "field" else kind.tags_as_attributes[key]
        found = _compared(node, attribute)
        return _told_or(found, node, kind, attribute.tag) if attribute.tag else found
    if space == "tag" and key == IS_PROMPT:
        prompts = _tag_rows(kind).filter(key=key, value__iexact="true").values_list(AsKey("object_id"))
        return Q(pk__in=prompts) if _asks_for_prompts(node) else ~Q(pk__in=prompts)
    if space == "tag":
        tags = _tag_rows(kind).filter(_compared(node, Attribute("value")), key=key)
        return Q(pk__in=tags.values_list(AsKey("object_id")))
    if space == "parameter" and kind.parameters_in:
        holders = kind.model._default_manager.annotate(told=_within(kind.parameters_in, key))
        return Q(pk__in=holders.filter(_compared(node, Attribute("told"))).values("pk"))
    facts = kind.metrics if space == "metric" else kind.parameters  # type: ignore[assignment]
    if space == "metric":
        return Q(pk__in=facts.model._default_manager.filter(_measured(node), key=key).values(facts.holder))
    kept: Any = facts.model._default_manager.filter(_compared(node, Attribute("value")), key=key)
    if _fits_head(node):  # which is in an index
        heads = facts.model._default_manager.annotate(head=Left("value", HEAD))
        kept = heads.filter(_compared(node, Attribute("head")), key=key)
    return Q(Exists(kept.filter(**{facts.holder: OuterRef("pk")})))


def _fits_head(node: Compare | Has) -> bool:
    return isinstance(node, Compare) and node.operator == "=" and len(str(getattr(node.values[0], "value", ""))) < HEAD


def _asks_for_prompts(node: Compare | Has) -> bool:
    if isinstance(node, Has):
        return True
    is_true = str(getattr(node.values[0], "value", "")).lower() == "true"
    return is_true != (node.operator == "!=")


def _compared(node: Compare | Has, attribute: Attribute) -> Q:
    path = attribute.path
    if isinstance(node, Has):
        return Q(**{f"{path}__isnull": False})
    if attribute.is_key and node.operator in PATTERNS:
        raise invalid(f"'{node.name.key}' names one thing: compare it by =, !=, IN or NOT IN, not by {node.operator}.")
    if attribute.words and node.operator in ("like", "ilike"):
        pattern = str(getattr(node.values[0], "value", ""))
        return Q(**{f"{path}__in": fitting(attribute.words, node.operator, pattern)})
    values = [attribute.read(getattr(value, "value", "")) for value in node.values]
    sign, value = node.operator, values[0] if values else None
    if sign == "=":
        return Q(**{path: value})
    if sign == "!=":
        return ~Q(**{path: value}) & Q(**{f"{path}__isnull": False})
    if sign == "in":
        return Q(**{f"{path}__in": values})
    if sign == "not in":
        return ~Q(**{f"{path}__in": values}) & Q(**{f"{path}__isnull": False})
    if sign in ORDERED:
        return Q(**{f"{path}__{ORDERED[sign]}": value})
    if sign == "contains":
        return Q(**{f"{path}__contains": value})
    return Q(**{f"{path}__{sign}": str(value).replace("\\", "\\\\")})  # by the database, never by a regular expression


def _tag_rows(kind: Kind) -> QuerySet[Tag]:
    return Tag.objects.filter(content_type=ContentType.objects.get_for_model(kind.model))


def _attribute(name: str, kind: Kind) -> Attribute | None:
    wanted = name.lower()
    for known, attribute in kind.attributes.items():
        if wanted in (known.lower(), *(alias.lower() for alias in attribute.aliases)):
            return attribute
    return None


def _unquoted(name: str) -> str:
    quoted = len(name) > 1 and name[0] == name[-1] and name[0] in "`\"'"
    return name[1:-1] if quoted else name


def as_moment(value: Any) -> Any:
    """From milliseconds; a number before or after all times counts as the first or the last."""
    number = float(value)
    if number != number:
        return LAST
    return moment(round(min(max(number, millis(FIRST) or 0), millis(LAST) or 0)))

"""A typed expression as a condition or value of Django's ORM. `not` and `ne` hold where a value is missing, as OData
has it: `null ne 1` is true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any

from django.db.models import BooleanField, Case, CharField, ExpressionWrapper, F, FloatField, Q, Value, When
from django.db.models.functions import (
    Cast,
    Ceil,
    Concat,
    ExtractDay,
    ExtractHour,
    ExtractMinute,
    ExtractMonth,
    ExtractSecond,
    ExtractYear,
    Floor,
    Length,
    Lower,
    Now,
    NullIf,
    Right,
    Round,
    StrIndex,
    Substr,
    Trim,
    TruncDate,
    Upper,
)
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual

from mlops.analytics.expressions.tree import Field, Literal, Node

ORDER = {"gt": GreaterThan, "ge": GreaterThanOrEqual, "lt": LessThan, "le": LessThanOrEqual}
PARTS = {
    "year": ExtractYear,
    "month": ExtractMonth,
    "day": ExtractDay,
    "hour": ExtractHour,
    "minute": ExtractMinute,
    "second": ExtractSecond,
}


def condition(node: Node, alias: Callable[[str], str]) -> Any:
    """Of a typed expression; `alias` says what a column is called in the query."""
    if isinstance(node, Literal):
        return Q(pk__in=[]) if not node.value else ~Q(pk__in=[])
    if isinstance(node, Field):
        return Q(**{alias(node.name): True})
    arguments = node.arguments
    if node.name == "and":
        found = Q()
        for one in arguments:
            found &= Q(condition(one, alias))
        return found
    if node.name == "or":
        found = Q(condition(arguments[0], alias))
        for one in arguments[1:]:
            found |= Q(condition(one, alias))
        return found
    if node.name == "not":
        return _not(condition(arguments[0], alias))
    if node.name == "eq":
        return _equal(arguments[0], arguments[1], alias)
    if node.name == "ne":
        return _not(_equal(arguments[0], arguments[1], alias))
    if node.name == "in":
        return _among(arguments[0], arguments[1:], alias)
    if node.name in ORDER:
        if any(_is_null(one) for one in arguments):
            return Q(pk__in=[])
        return ORDER[node.name](value(arguments[0], alias), value(arguments[1], alias))
    text, part = value(arguments[0], alias), value(arguments[1], alias)
    if node.name == "contains":
        return GreaterThan(StrIndex(text, part), Value(0))
    if node.name == "startswith":
        return Exact(Substr(text, Value(1), Length(part)), part)
    return Q(GreaterThanOrEqual(Length(text), Length(part))) & Q(Exact(Right(text, Length(part)), part))


def value(node: Node, alias: Callable[[str], str]) -> Any:
    if isinstance(node, Literal):
        return Value(node.value) if node.value is not None else Value(None, output_field=CharField())
    if isinstance(node, Field):
        return F(alias(node.name))
    name, arguments = node.name, [value(one, alias) for one in node.arguments]
    if name in PARTS:
        return PARTS[name](arguments[0], tzinfo=UTC)
    if name in VALUES:
        return VALUES[name](*arguments)
    return ExpressionWrapper(Q(condition(node, alias)), output_field=BooleanField())


def _date(moment: Any) -> Any:
    return TruncDate(moment, tzinfo=UTC)


def _float(one: Any) -> Any:
    return Cast(one, FloatField())


def _not_zero(one: Any) -> Any:
    """What is divided by nothing has no value, on every database."""
    return NullIf(_float(one), Value(0.0))


def _substring(text: Any, start: Any, length: Any = None) -> Any:
    """OData counts from 0."""
    return Substr(text, start + Value(1), length) if length is not None else Substr(text, start + Value(1))


VALUES: dict[str, Callable[..., Any]] = {
    "tolower": Lower,
    "toupper": Upper,
    "trim": Trim,
    "length": Length,
    "indexof": lambda text, part: StrIndex(text, part) - Value(1),
    "substring": _substring,
    "concat": lambda one, other: Concat(one, other, output_field=CharField()),
    "date": _date,
    "now": Now,
    "round": lambda one: Round(_float(one)),
    "floor": lambda one: Floor(_float(one)),
    "ceiling": lambda one: Ceil(_float(one)),
    "add": lambda a, b: _float(a) + _float(b),
    "sub": lambda a, b: _float(a) - _float(b),
    "mul": lambda a, b: _float(a) * _float(b),
    "div": lambda a, b: _float(a) / _not_zero(b),
    "divby": lambda a, b: _float(a) / _not_zero(b),
    "quotient": lambda a, b: a / NullIf(b, Value(0)),
    "mod": lambda a, b: a % NullIf(b, Value(0)),
}


def _equal(left: Node, right: Node, alias: Callable[[str], str]) -> Any:
    if _is_null(left) and _is_null(right):
        return ~Q(pk__in=[])
    if _is_null(right):
        return IsNull(value(left, alias), True)
    if _is_null(left):
        return IsNull(value(right, alias), True)
    return Exact(value(left, alias), value(right, alias))


def _among(left: Node, choices: tuple[Node, ...], alias: Callable[[str], str]) -> Any:
    found = Q(pk__in=[])
    plain = [one.value for one in choices if isinstance(one, Literal) and one.value is not None]
    if isinstance(left, Field) and len(plain) == len(choices):
        return Q(**{f"{alias(left.name)}__in": plain})
    for one in choices:
        found |= Q(_equal(left, one, alias))
    return found


def _not(found: Any) -> Any:
    """True also where the condition is unknown."""
    turned = Case(When(Q(found), then=Value(False)), default=Value(True), output_field=BooleanField())
    return Exact(turned, Value(True))


def _is_null(node: Node) -> bool:
    return isinstance(node, Literal) and node.value is None

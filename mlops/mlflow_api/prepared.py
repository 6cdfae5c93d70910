"""Queries whose SQL is made once and asked many times: Django makes it anew for each call, which costs more than the
database does."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet

MOST_KEPT = 500
AT_ONCE = 500
"""Values of a list in one query."""
Row = tuple[Any, ...]
PLACE = re.compile(r"(?<!%)%s")


@dataclass(frozen=True)
class Plan:
    pieces: list[str]
    """The SQL around its parameters."""
    parameters: list[Any]
    lists: dict[int, int]
    """Which parameter stands for which list."""
    converters: dict[int, Any]

    def rows(self, lists: Sequence[Sequence[Any]]) -> list[Row]:
        sql = [self.pieces[0]]
        values: list[Any] = []
        for index, (parameter, piece) in enumerate(zip(self.parameters, self.pieces[1:], strict=True)):
            told = lists[self.lists[index]] if index in self.lists else [parameter]
            sql += [", ".join(["%s"] * len(told)), piece]
            values += map(_adapted, told) if index in self.lists else told
        with connection.cursor() as cursor:
            cursor.execute("".join(sql), values)
            found = cursor.fetchall()
        return [self._converted(row) for row in found] if self.converters else found

    def _converted(self, row: Sequence[Any]) -> Row:
        told = list(row)
        for index, (converters, expression) in self.converters.items():
            for convert in converters:
                told[index] = convert(told[index], expression, connection)
        return tuple(told)


_kept: dict[Hashable, Plan] = {}


def rows(
    make: Callable[..., QuerySet[Any]], *lists: Sequence[Any], form: tuple[Hashable, ...] = (), anew: bool = False
) -> list[Row]:
    """The rows of the query that `make` gives of the form and the lists: one of `values_list`, that looks for the
    values of the lists by `__in` alone. `anew`: its SQL depends on more than the form, and is not kept."""
    if not all(lists):
        return []
    key = (connection.vendor, make, form)
    plan = None if anew else _kept.get(key)
    if plan is None:
        plan = _plan(partial(make, *form), lists)
        if plan is not None and not anew:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            _kept[key] = plan
    return [] if plan is None else plan.rows(lists)


def _plan(make: Callable[..., QuerySet[Any]], lists: Sequence[Sequence[Any]]) -> Plan | None:
    """None where no row can fit."""
    marks = [type(one[0])(str(uuid.uuid4())) for one in lists]
    compiler = make(*([mark] for mark in marks)).query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return None
    adapted = [_adapted(mark) for mark in marks]
    places = {index: adapted.index(one) for index, one in enumerate(parameters) if one in adapted}
    expressions = [expression for expression, *_rest in compiler.select[: compiler.col_count]]
    return Plan(PLACE.split(sql), list(parameters), places, compiler.get_converters(expressions))


def _adapted(value: Any) -> Any:
    return value.hex if isinstance(value, uuid.UUID) and not connection.features.has_native_uuid_field else value

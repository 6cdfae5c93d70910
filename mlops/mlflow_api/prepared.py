"""Queries whose SQL is made once and asked many times: Django makes it anew for each call, which costs more than the
database does."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
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

    def asked(self, lists: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
        """The SQL and its parameters."""
        sql = [self.pieces[0]]
        values: list[Any] = []
        for index, (parameter, piece) in enumerate(zip(self.parameters, self.pieces[1:], strict=True)):
            told = lists[self.lists[index]] if index in self.lists else [parameter]
            sql += [", ".join(["%s"] * len(told)), piece]
            values += _all_adapted(told) if index in self.lists else told
        return "".join(sql), values

    def told(self, found: list[Row]) -> list[Row]:
        return [self._converted(row) for row in found] if self.converters else found

    def _converted(self, row: Sequence[Any]) -> Row:
        told = list(row)
        for index, (converters, expression) in self.converters.items():
            for convert in converters:
                told[index] = convert(told[index], expression, connection)
        return tuple(told)


@dataclass(frozen=True)
class Question:
    """The query that `make` gives of the form and the lists: one of `values_list`, that looks for the values of the
    lists by `__in` alone. `anew`: its SQL depends on more than the form, and is not kept."""

    make: Callable[..., QuerySet[Any]]
    lists: tuple[Sequence[Any], ...]
    form: tuple[Hashable, ...] = ()
    anew: bool = False


_kept: dict[Hashable, Plan] = {}


def answers(*questions: Question) -> list[list[Row]]:
    """The rows of each. PostgreSQL is asked all at once, and waited for once."""
    found: list[list[Row]] = [[] for _question in questions]
    asked: list[tuple[int, Plan, Any]] = []
    plans = [plan_of(one) for one in questions]
    with ExitStack() as open_ones:
        with _pipeline():
            for place, (plan, question) in enumerate(zip(plans, questions, strict=True)):
                if plan is not None:
                    cursor = open_ones.enter_context(connection.cursor())
                    cursor.execute(*plan.asked(question.lists))
                    asked.append((place, plan, cursor))
        for place, plan, cursor in asked:
            found[place] = plan.told(cursor.fetchall())
    return found


def _pipeline() -> AbstractContextManager[Any]:
    if connection.vendor != "postgresql":
        return nullcontext()
    connection.ensure_connection()
    pipeline: AbstractContextManager[Any] = connection.connection.pipeline()
    return pipeline


def plan_of(question: Question) -> Plan | None:
    """None where no row can fit."""
    if not all(question.lists):
        return None
    key = (connection.vendor, question.make, question.form)
    plan = None if question.anew else _kept.get(key)
    if plan is None:
        plan = _plan(partial(question.make, *question.form), question.lists)
        if plan is not None and not question.anew:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            _kept[key] = plan
    return plan


def _plan(make: Callable[..., QuerySet[Any]], lists: Sequence[Sequence[Any]]) -> Plan | None:
    marks = [type(one[0])(str(uuid.uuid4())) for one in lists]
    compiler = make(*([mark] for mark in marks)).query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return None
    adapted = _all_adapted(marks)
    places = {index: adapted.index(one) for index, one in enumerate(parameters) if one in adapted}
    expressions = [expression for expression, *_rest in compiler.select[: compiler.col_count]]
    return Plan(PLACE.split(sql), list(parameters), places, compiler.get_converters(expressions))


def _all_adapted(values: Sequence[Any]) -> Sequence[Any]:
    if connection.features.has_native_uuid_field:
        return values
    return [value.hex if isinstance(value, uuid.UUID) else value for value in values]

"""Answers about tables of the database: conditions, order and pages are the database's work."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mlops.analytics.expressions.in_django import condition, value
from mlops.analytics.expressions.kinds import condition as checked
from mlops.analytics.expressions.kinds import typed
from mlops.analytics.expressions.reading import read
from mlops.analytics.expressions.tree import Call, Field, Literal
from mlops.analytics.odata.options import Options, chosen, orders
from mlops.analytics.odata.tokens import Token
from mlops.analytics.tables.columns import Table
from mlops.analytics.tables.records import Records
from mlops.formats.refusal import Refusal, Where


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """`rows`: values by column. `next`: None on the last page; `count`: None where nobody asked."""

    columns: list[str]
    rows: list[dict[str, Any]]
    next: Token | None = None
    count: int | None = None


def page(records: Records, person: Any, options: Options) -> Page:
    table = records.table
    columns = chosen(options, table)
    rows = filtered(records, person, options)
    count = rows.count() if options.count else None
    by = orders(options.orderby, table)
    token = options.token
    rows, skip = _ordered(rows, table, by), options.skip
    if token is not None:
        rows, skip = (_after(rows, table, token.after), 0) if token.after else (rows, token.skip)
    most = options.page_rows if options.top is None else min(options.page_rows, options.top)
    needed = list(dict.fromkeys([*columns, *table.order]))
    paths = [table.column(name).path for name in needed]
    found = [dict(zip(needed, row, strict=True)) for row in rows.values_list(*paths)[skip : skip + most + 1]]
    is_more = len(found) > most and (options.top is None or options.top > most)
    found = found[:most]
    following = None
    if is_more and found:
        after = tuple(_told(found[-1][name]) for name in table.order) if not by else ()
        following = Token(page_rows=options.page_rows, after=after, skip=0 if after else skip + most)
    shown = [{name: row[name] for name in columns} for row in found]
    return Page(columns=columns, rows=shown, next=following, count=count)


def filtered(records: Records, person: Any, options: Options) -> QuerySet[Any]:
    rows = records.rows(person)
    if not options.filter:
        return rows
    table = records.table
    found = condition(checked(read(options.filter), table), lambda name: table.column(name).path)
    return rows.filter(found)


def one(records: Records, person: Any, key: dict[str, Any], options: Options) -> dict[str, Any] | None:
    """The row with this key; None where there is none that the person may see."""
    table = records.table
    columns = chosen(options, table)
    wanted = {table.column(name).path: given for name, given in key.items()}
    row = records.rows(person).filter(**wanted).values_list(*(table.column(name).path for name in columns)).first()
    return dict(zip(columns, row, strict=True)) if row else None


def _ordered(rows: QuerySet[Any], table: Table, by: list[Any]) -> QuerySet[Any]:
    """A missing value is lower than any other, as OData has it."""
    terms: list[Any] = []
    for order in by:
        term = value(order.by, lambda name: table.column(name).path)
        terms.append(term.desc(nulls_last=True) if order.is_down else term.asc(nulls_first=True))
    return rows.order_by(*terms, *(table.column(name).path for name in table.order))


def _after(rows: QuerySet[Any], table: Table, after: tuple[Any, ...]) -> QuerySet[Any]:
    """Those beyond a row, by the table's own order."""
    if len(after) != len(table.order):
        raise foreign()
    beyond, equal = Q(pk__in=[]), Q()
    for name, given in zip(table.order, after, strict=True):
        column = table.column(name)
        known = read_value(given, table, name)
        beyond |= equal & Q(**{f"{column.path}__gt": known})
        equal &= Q(**{column.path: known})
    return rows.filter(beyond)


def read_value(given: Any, table: Table, name: str) -> Any:
    """A value of a token, which may be anybody's: read by the rules of the language."""
    text = str(given) if table.column(name).kind != "string" else "'" + str(given).replace("'", "''") + "'"
    try:
        node, _kind = typed(Call("eq", (Field(name), read(text))), table)
    except Refusal:
        raise foreign() from None
    found = node.arguments[1] if isinstance(node, Call) else node
    if not isinstance(found, Literal):
        raise foreign()
    return found.value


def foreign() -> Refusal:
    hint = _("Follow @odata.nextLink as it is given.")
    return Refusal(
        "token_invalid", _("The $skiptoken is none of ours."), hint=hint, where=Where(parameter="$skiptoken")
    )


def _told(given: Any) -> Any:
    if hasattr(given, "isoformat"):
        return given.isoformat().replace("+00:00", "Z")
    return given if isinstance(given, int) else str(given)

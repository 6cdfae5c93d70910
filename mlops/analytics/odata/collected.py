"""Answers about collected rows: DuckDB reads, of the parts that may hold them, the columns that are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from mlops.analytics.asking import ask, workplace
from mlops.analytics.expressions.in_duckdb import literal, quoted, sql
from mlops.analytics.expressions.kinds import condition
from mlops.analytics.expressions.reading import read
from mlops.analytics.expressions.tree import Call, Field, Literal, Node
from mlops.analytics.laying_out import collected_rows
from mlops.analytics.odata.options import Options, chosen, orders
from mlops.analytics.odata.records import Page, foreign, read_value
from mlops.analytics.odata.tokens import Token
from mlops.analytics.tables.collected import Collected
from mlops.analytics.tables.columns import Table

COUNT = "$count"


class Narrowed(msgspec.Struct, frozen=True, kw_only=True):
    """What the condition says of time and deployment, by which parts are left out."""

    start: datetime | None = None
    deployments: tuple[str, ...] = ()


def page(found: Collected, options: Options) -> Page:
    table, node = found.table, _condition(found.table, options.filter)
    columns, by = chosen(options, table), orders(options.orderby, table)
    needed = list(dict.fromkeys([*columns, *table.order]))
    wheres = [sql(node)] if node is not None else []
    token, skip, start = options.token, options.skip, narrowed(node).start
    if token is not None:
        skip = token.skip
        if token.after:
            after = _after(table, token.after)
            wheres.append(after[0])
            start = max(filter(None, (start, after[1])))
    most = options.page_rows if options.top is None else min(options.page_rows, options.top)
    terms = [f"{sql(one.by)} {'DESC NULLS LAST' if one.is_down else 'ASC NULLS FIRST'}" for one in by]
    terms += [quoted(name) for name in table.order]
    where = f" WHERE {' AND '.join(wheres)}" if wheres else ""
    asked = (
        f"SELECT {', '.join(quoted(name) for name in needed)} FROM {quoted(table.sql_name)}{where}"
        f" ORDER BY {', '.join(terms)} LIMIT {most + 1} OFFSET {skip}"
    )
    with workplace() as folder:
        counted = _counting(table, node) if options.count else ""
        if counted:  # of all pages, so the parts before this one are read as well
            start = narrowed(node).start
        seen = collected_rows(found, folder, start=start, deployments=narrowed(node).deployments)
        got = ask(folder, [seen], asked, count_sql=counted, most_rows=most)
    rows = [dict(zip(needed, row, strict=True)) for row in got.rows]
    following = None
    if got.is_cut and rows and (options.top is None or options.top > len(rows)):
        last = tuple(rows[-1][name] for name in table.order) if not by else ()
        following = Token(page_rows=options.page_rows, after=last, skip=0 if last else skip + len(rows))
    shown = [{name: row[name] for name in columns} for row in rows]
    return Page(columns=columns, rows=shown, next=following, count=got.total)


def count(found: Collected, options: Options) -> int:
    node = _condition(found.table, options.filter)
    with workplace() as folder:
        near = narrowed(node)
        seen = collected_rows(found, folder, start=near.start, deployments=near.deployments)
        got = ask(folder, [seen], _counting(found.table, node), most_rows=1)
    return int(got.rows[0][0])


def one(found: Collected, key: dict[str, Any], options: Options) -> dict[str, Any] | None:
    columns = chosen(options, found.table)
    where = " AND ".join(f"{quoted(name)} = {literal(given)}" for name, given in key.items())
    picked = ", ".join(quoted(name) for name in columns)
    with workplace() as folder:
        seen = collected_rows(found, folder, start=key.get("at"))
        asked = f"SELECT {picked} FROM {quoted(found.table.sql_name)} WHERE {where}"
        got = ask(folder, [seen], asked, most_rows=1)
    return dict(zip(columns, got.rows[0], strict=True)) if got.rows else None


def narrowed(node: Node | None) -> Narrowed:
    """Only what must hold for every row is looked at: the members of a conjunction."""
    start: datetime | None = None
    deployments: tuple[str, ...] = ()
    for name, field, value in _musts(node):
        if field == "at" and name in ("ge", "gt", "eq") and isinstance(value, datetime):
            start = max(start or datetime.min.replace(tzinfo=UTC), value)
        if field == "deployment" and name == "eq" and isinstance(value, str):
            deployments = (value,)
    return Narrowed(start=start, deployments=deployments)


def _musts(node: Node | None) -> Iterator[tuple[str, str, Any]]:
    if not isinstance(node, Call):
        return
    if node.name == "and":
        for argument in node.arguments:
            yield from _musts(argument)
    elif len(node.arguments) == 2:
        left, right = node.arguments
        if isinstance(left, Field) and isinstance(right, Literal):
            yield node.name, left.name, right.value


def _condition(table: Table, text: str) -> Node | None:
    return condition(read(text), table) if text else None


def _counting(table: Table, node: Node | None) -> str:
    where = f" WHERE {sql(node)}" if node is not None else ""
    return f"SELECT count(*) FROM {quoted(table.sql_name)}{where}"


def _after(table: Table, after: tuple[Any, ...]) -> tuple[str, datetime]:
    if len(after) != len(table.order):
        raise foreign()
    values = [read_value(given, table, name) for name, given in zip(table.order, after, strict=True)]
    names = ", ".join(quoted(name) for name in table.order)
    return f"({names}) > ({', '.join(literal(value) for value in values)})", values[0]

"""A typed expression as SQL for DuckDB, with every literal written by us."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from mlops.analytics.expressions.tree import Field, Literal, Node

INFIX = {"gt": ">", "ge": ">=", "lt": "<", "le": "<=", "add": "+", "sub": "-", "mul": "*", "mod": "%", "quotient": "//"}
SAME = {"eq": "IS NOT DISTINCT FROM", "ne": "IS DISTINCT FROM"}
CALLS = {
    "tolower": "lower",
    "toupper": "upper",
    "length": "length",
    "trim": "trim",
    "startswith": "starts_with",
    "endswith": "ends_with",
    "contains": "contains",
    "round": "round",
    "floor": "floor",
    "ceiling": "ceil",
    **{name: name for name in ("year", "month", "day", "hour", "minute", "second")},
}


def sql(node: Node) -> str:
    """In which columns are called as the expression calls them."""
    if isinstance(node, Literal):
        return literal(node.value)
    if isinstance(node, Field):
        return quoted(node.name)
    name, given = node.name, [sql(one) for one in node.arguments]
    if name in ("and", "or"):
        return "(" + f" {name.upper()} ".join(f"coalesce({one}, false)" for one in given) + ")"
    if name == "not":
        return f"(NOT coalesce({given[0]}, false))"
    if name in SAME:
        return f"({given[0]} {SAME[name]} {given[1]})"
    if name == "in":
        return "(" + " OR ".join(f"{given[0]} IS NOT DISTINCT FROM {one}" for one in given[1:]) + ")"
    if name in INFIX:
        return f"({given[0]} {INFIX[name]} {given[1]})"
    return SPECIAL[name](*given) if name in SPECIAL else f"{CALLS[name]}({', '.join(given)})"


def _substring(text: str, start: str, length: str = "") -> str:
    return f"substring({text}, {start} + 1{', ' + length if length else ''})"


SPECIAL: dict[str, Callable[..., str]] = {
    "substring": _substring,
    "indexof": lambda text, part: f"(strpos({text}, {part}) - 1)",
    "concat": lambda one, other: f"({one} || {other})",
    "date": lambda moment: f"CAST({moment} AS DATE)",
    "now": lambda: "now()",
    "div": lambda one, other: f"({one} / nullif({other}, 0))",
    "divby": lambda one, other: f"({one} / nullif({other}, 0))",
}


def literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"({value})"
    if isinstance(value, float):
        return f"({value!r}::DOUBLE)" if math.isfinite(value) else f"('{value}'::DOUBLE)"
    if isinstance(value, datetime):
        return f"make_timestamptz({round(value.timestamp() * 1_000_000)})"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, uuid.UUID):
        return f"'{value}'"
    doubled = str(value).replace("'", "''").replace("\0", "")
    return f"'{doubled}'"


def quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'

"""Column selections: by name, or with rules that are applied in order on the columns of a table.

The columns chosen come out in the table's order.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from mlops.blocks.problems import as_refusal, column_not_found, column_not_numeric, problem
from mlops.formats.component import ColumnSelection, Problem, Rule
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

TYPE_WORDS = ("integer", "decimal", "string", "boolean", "date", "numeric", "categorical", "feature", "label", "weight")
ALL_COLUMNS: dict[str, Any] = {"mode": "rules", "begin_with": "all"}
NUMERIC_COLUMNS: dict[str, Any] = {
    "mode": "rules",
    "begin_with": "none",
    "rules": [{"action": "include", "by": "types", "types": ["numeric"]}],
}


def read_selection(value: Any) -> ColumnSelection:
    """The selection that a parameter holds (JSON form or text, or a list of names); ValueError if it is none."""
    if isinstance(value, ColumnSelection):
        return value
    if isinstance(value, str):
        value = json.loads(value)
    if isinstance(value, list | tuple):
        value = {"mode": "names", "names": list(value)}
    try:
        return msgspec.convert(value, ColumnSelection)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error


def resolve(
    selection: ColumnSelection, table: TableSchema, *, parameter: str, port: str = "dataset"
) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The chosen column names in the table's order, and what is wrong with the selection."""
    found: list[Problem] = []
    place: dict[str, Any] = {"parameter": parameter, "port": port}
    if selection.mode == "names":
        chosen = _by_names(selection.names, table, found, **place)
    else:
        chosen = set(table.names) if selection.begin_with == "all" else set()
        for rule in selection.rules:
            matched = _matched(rule, table, found, **place)
            chosen = chosen | matched if rule.action == "include" else chosen - matched
    if not chosen and not found:
        hint = _("Choose at least one column in the column picker.")
        found.append(problem("no_columns_selected", _("The selection chooses no column."), hint=hint, **place))
    return tuple(name for name in table.names if name in chosen), tuple(found)


def chosen_columns(value: Any, table: TableSchema, *, parameter: str, port: str = "dataset") -> tuple[str, ...]:
    """The chosen names, or a Refusal that says what is wrong."""
    names, found = resolve(read_selection(value), table, parameter=parameter, port=port)
    if found:
        raise as_refusal(found[0])
    return names


def picked(
    value: Any, table: TableSchema, *, parameter: str, types: tuple[str, ...] = (), port: str = "dataset"
) -> tuple[tuple[Column, ...], tuple[Problem, ...]]:
    """The chosen columns, those of other `types` left out, and what is wrong with the selection.

    Named columns of another type are an error; rules pass them over silently."""
    selection = read_selection(value)
    names, found = resolve(selection, table, parameter=parameter, port=port)
    columns = tuple(column for column in table.columns if column.name in names)
    if not types:
        return columns, found
    unfit = [column for column in columns if column.type not in types]
    if set(types) <= {"integer", "decimal"} and selection.mode == "names":
        found += tuple(column_not_numeric(column, parameter=parameter, port=port) for column in unfit)
    fit = tuple(column for column in columns if column.type in types)
    if not fit and not found:
        message = _("The selection chooses no column of the types %(types)s.") % {"types": ", ".join(types)}
        hint = _("Choose at least one such column in the column picker.")
        found += (problem("no_columns_selected", message, hint=hint, parameter=parameter, port=port),)
    return fit, found


def _by_names(
    names: tuple[str, ...], table: TableSchema, found: list[Problem], *, parameter: str, port: str
) -> set[str]:
    for name in names:
        if table.column(name) is None:
            found.append(column_not_found(name, table.names, parameter=parameter, port=port))
    return set(names) & set(table.names)


def _matched(rule: Rule, table: TableSchema, found: list[Problem], *, parameter: str, port: str) -> set[str]:
    if rule.by == "all":
        return set(table.names)
    if rule.by == "names":
        return _by_names(rule.names, table, found, parameter=parameter, port=port)
    if rule.by == "indices":
        return _by_indices(rule.indices, table, found, parameter=parameter, port=port)
    for word in rule.types:
        if word not in TYPE_WORDS:
            hint = nearest(word, TYPE_WORDS) or _("Types are: %(type_words)s.") % {"type_words": ", ".join(TYPE_WORDS)}
            message = _("'%(word)s' is not a column type.") % {"word": word}
            found.append(problem("unknown_column_type", message, hint=hint, parameter=parameter, port=port))
    return {column.name for column in table.columns if any(_is_of(column, word) for word in rule.types)}


def _is_of(column: Column, word: str) -> bool:
    if word == "numeric":
        return column.type in ("integer", "decimal")
    if word == "categorical":
        return column.categorical
    if word in ("feature", "label", "weight"):
        return column.role == word
    return column.type == word


def _by_indices(text: str, table: TableSchema, found: list[Problem], *, parameter: str, port: str) -> set[str]:
    chosen: set[str] = set()
    for part in (part.strip() for part in text.split(",")):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        last = last if dash else first
        if not (first.isdecimal() and last.isdecimal()) or not 1 <= int(first) <= int(last) <= len(table.columns):
            message = _("'%(part)s' is not a range of the columns 1 to %(count)s.") % {
                "part": part,
                "count": len(table.columns),
            }
            hint = _("Write ranges such as 1-3,5; the first column is 1.")
            found.append(problem("index_out_of_range", message, hint=hint, parameter=parameter, port=port))
            continue
        chosen |= set(table.names[int(first) - 1 : int(last)])
    return chosen

"""Where the result of a calculation on a column goes: beside it, in its place, or alone into a new table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from mlops.formats.component import Choice, Parameter
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.values import Table
    from mlops.formats.transform import Transform


@dataclass(frozen=True, kw_only=True)
class Result:
    """`column` is the result under the name that it has beside its source column."""

    source: str
    column: Column


def output_mode(*, default: str = "append", name: str = "output_mode") -> Parameter:
    return Parameter(
        name=name,
        type="choice",
        label="Output mode",
        required=True,
        default=default,
        choices=(
            Choice(value="append", label="Append"),
            Choice(value="inplace", label="Inplace"),
            Choice(value="result_only", label="ResultOnly"),
        ),
        help="Add the results as new columns, put them in place of the old ones, or give back the results alone.",
    )


def placed(table: TableSchema, results: Sequence[Result], mode: str) -> tuple[tuple[Result, ...], TableSchema]:
    """The results under the names that they get, and the table's schema with them."""
    if mode == "inplace":
        named = [Result(source=r.source, column=msgspec.structs.replace(r.column, name=r.source)) for r in results]
    else:
        taken = set(table.names)
        named = []
        for result in results:
            name = free_name(result.column.name, taken)
            taken.add(name)
            named.append(Result(source=result.source, column=msgspec.structs.replace(result.column, name=name)))
    made = {result.column.name: result.column for result in named}
    if mode == "result_only":
        columns = tuple(made.values())
    else:
        columns = tuple(made.pop(column.name, column) for column in table.columns) + tuple(made.values())
    return tuple(named), TableSchema(columns=columns, row_count=table.row_count)


def put(
    table: Table, steps: Sequence[Transform], schema: TableSchema, mode: str
) -> tuple[Table, tuple[Transform, ...]]:
    """The table after the steps whose results were placed, and the steps as a transformation."""
    from mlops.formats.transform import KeepColumns

    every: tuple[Transform, ...] = tuple(steps)
    if mode == "result_only":
        every = (*every, KeepColumns(columns=schema.names))
    return table.transformed(*every).described(schema.columns), every


def free_name(wanted: str, taken: Collection[str]) -> str:
    """The name, with ` (1)`, ` (2)`, … behind it where it is taken."""
    name, number = wanted, 0
    while name in taken:
        number += 1
        name = f"{wanted} ({number})"
    return name

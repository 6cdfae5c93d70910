"""Apply SQL Transformation: a query over up to three tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import as_refusal, problem
from mlops.formats.component import Component, Derived, Parameter, Port, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import TableSchema

if TYPE_CHECKING:
    from pathlib import Path

    from mlops.blocks.call import Call
    from mlops.blocks.values import Table, Value

NAMES = ("t1", "t2", "t3")

DEFINITION = Component(
    name="apply_sql_transformation",
    version="1",
    title="Apply SQL Transformation",
    group="Data Transformation",
    help="""Runs an SQL query on one to three tables, which are called `t1`, `t2` and `t3` in it.

**When to use it.** To sum up rows (`group by`), to join tables by conditions, or to compute columns, if you know SQL.

**Example.** One row for each make, with the number of cars and their mean price:

```sql
select make, count(*) as cars, avg(price) as mean_price
from t1
group by make
order by make
```

**Rules.** One `select` (it may begin with `with`). The dialect is DuckDB's, which understands most of SQLite and of
PostgreSQL; unlike SQLite, `5 / 2` is 2.5 and whole division is `5 // 2`. Names with blanks or hyphens stand in double
quotes, text in single ones. Without `order by`, the order of the rows is not promised. A query sees these tables
only: no files and no network. The query is checked against the columns while you draw.

**What comes out.** The result of the query. Whether a query treats each row by itself cannot be known, so a model
that is trained behind it scores the result's rows, not the raw ones. For a calculation on each row that a model
shall repeat for requests, take Apply Math Operation.""",
    inputs=(
        Port(name="t1", type="table", label="t1"),
        Port(name="t2", type="table", label="t2", optional=True),
        Port(name="t3", type="table", label="t3", optional=True),
    ),
    outputs=(Port(name="results_dataset", type="table", label="Results dataset"),),
    parameters=(
        Parameter(
            name="sql_query_script",
            type="script",
            language="sql",
            label="SQL query script",
            required=True,
            default="select * from t1",
            help="One select over t1, t2 and t3.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    from mlops.blocks.querying import QueryError, described

    tables = {name: inputs[name].table for name in NAMES if name in inputs}
    if any(table is None for table in tables.values()):
        return Derived(outputs={"results_dataset": Shape(type="table")})
    known: dict[str, TableSchema] = {name: table for name, table in tables.items() if table is not None}
    try:
        columns = described(parameters["sql_query_script"], known)
    except QueryError as error:
        fault = problem("query_invalid", str(error), hint=error.hint, parameter="sql_query_script", row=error.line)
        return Derived(outputs={"results_dataset": Shape(type="table")}, problems=(fault,))
    schema = None if columns is None else TableSchema(columns=columns)
    return Derived(outputs={"results_dataset": Shape(type="table", table=schema)})


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.querying import QueryError, queried

    tables = {name: table for name in NAMES if (table := call.optional_table(name)) is not None}
    try:
        folder = queried(call.parameters["sql_query_script"], tables, work_dir=call.work_dir, seed=call.seed)
    except QueryError as error:
        fault = problem("query_failed", str(error), hint=error.hint, parameter="sql_query_script", row=error.line)
        raise as_refusal(fault) from error
    result = _table(folder, tuple(tables.values()))
    call.report.log(f"The query gave {result.height} rows with {len(result.schema.columns)} columns.")
    return {"results_dataset": result}


def _table(folder: Path, sources: tuple[Table, ...]) -> Table:
    from mlops.blocks.stored import StoredTable
    from mlops.blocks.values import read_table

    found, (first, *others) = read_table(folder), sources
    reason = _(
        "Whether an SQL query treats each row by itself cannot be known, so it cannot be replayed for a request."
    )
    if isinstance(found, StoredTable):
        import polars as pl

        meta = first.broken(pl.DataFrame(), schema=found.schema, reason=reason, others=tuple(others)).meta
        return StoredTable(folder, meta, knows_origin=False)
    return first.broken(found.frame, schema=found.schema, reason=reason, others=tuple(others))

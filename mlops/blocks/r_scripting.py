"""Runs a user's `azureml_main` in R: tables go there and back as CSV, plots come back. Step processes only."""

from __future__ import annotations

import base64
import os
import shutil
import struct
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from mlops.blocks.bundles import unpack
from mlops.blocks.components.execute_r_script import no_interpreter
from mlops.blocks.problems import as_refusal
from mlops.blocks.scripting import marked_schema
from mlops.blocks.values import Table, new_table
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext
from mlops.formats.table import TableSchema
from mlops.stats.schema import conform, storage_type

if TYPE_CHECKING:
    from mlops.blocks.call import Call, Reporter
    from mlops.blocks.values import Value

DRIVER = Path(__file__).with_name("r_driver.R")
GAP = "\u0001"
REASON = "An Execute R Script is on the way, which cannot be replayed for a request."
MOST_PLOTS = 100


def execute_r(call: Call) -> dict[str, Value]:
    interpreter = shutil.which("Rscript")
    if interpreter is None:
        raise as_refusal(no_interpreter())
    folder = call.work_dir / "r"
    tables = [call.optional_table("dataset1"), call.optional_table("dataset2")]
    _prepare(folder, call, tables)
    _run([interpreter, "--vanilla", str(DRIVER), str(call.parameters["random_seed"])], folder, call.report)
    results = [_result(folder, f"result{number}", tables) for number in (1, 2)]
    call.report.log(f"The script returned {results[0].frame.height} rows with {results[0].frame.width} columns.")
    return {"result_dataset": results[0], "result_dataset2": results[1], "r_device": _plots(folder, call.report)}


def _prepare(folder: Path, call: Call, tables: list[Table | None]) -> None:
    for name in ("plots", "packages"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "script.R").write_text(call.parameters["r_script"], encoding="utf-8")
    bundle = call.optional_bundle("script_bundle")
    if bundle is not None:
        unpack(bundle, folder / "Script Bundle")
    for number, table in enumerate(tables, start=1):
        if table is not None:
            _write(table, folder / f"dataframe{number}")


def _write(table: Table, path: Path) -> None:
    lines = []
    for column in table.schema.columns:
        if any(mark in column.name for mark in "\t\n\r"):
            message = gettext("The column name %(name)s holds a tab or a line break, which R does not get.") % {
                "name": f"{column.name!r}"
            }
            hint = gettext("Rename the column with Edit Metadata.")
            raise Refusal("column_name", message, hint=hint, status=422, where=Where(column=column.name))
        lines.append(f"{column.name}\t{'category' if column.categorical else column.type}\n")
    path.with_suffix(".types").write_text("".join(lines), encoding="utf-8")
    texts = table.frame.select(_as_text(table.frame, name) for name in table.frame.columns)
    texts.write_csv(path.with_suffix(".csv"), quote_style="always")


def _as_text(frame: pl.DataFrame, name: str) -> pl.Expr:
    dtype, values = frame.schema[name], pl.col(name)
    text = values.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f") if isinstance(dtype, pl.Datetime) else values.cast(pl.String)
    return text.fill_null(GAP)


def _run(command: list[str], folder: Path, report: Reporter) -> None:
    """What the script prints is told line by line. Raises Refusal `script_failed` with the line."""
    packages = str((folder / "packages").resolve())
    environment = os.environ | {"R_LIBS_USER": packages, "LC_ALL": os.environ.get("LC_ALL", "C.UTF-8")}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            report.log(line.rstrip("\n"))
    if process.returncode:
        raise _failed(folder, process.returncode)


def _failed(folder: Path, status: int) -> Refusal:
    told = folder / "error.txt"
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    row = int(lines[0]) if lines and lines[0].isdecimal() and lines[0] != "0" else None
    reason = "\n".join(lines[1:]) or (gettext("R ended with status %(status)s") % {"status": status})
    said = (
        gettext("The script failed in line %(row)s: %(reason)s.") if row else gettext("The script failed: %(reason)s.")
    )
    message = said % {"row": row, "reason": reason.rstrip(".")}
    hint = gettext("Correct the script. The log shows what it printed.")
    return Refusal("script_failed", message, hint=hint, status=422, where=Where(parameter="r_script", row=row))


def _result(folder: Path, name: str, tables: list[Table | None]) -> Table:
    """A table without a way back; an empty one where the script returned none."""
    path = folder / f"{name}.csv"
    if not path.exists():
        return new_table(pl.DataFrame())
    lines = (folder / f"{name}.types").read_text(encoding="utf-8").splitlines()
    types = [(line.rpartition("\t")[0], line.rpartition("\t")[2]) for line in lines]
    names = [column for column, _ in types]
    _require_names(names)
    texts = pl.read_csv(path, infer_schema=False, null_values=[GAP]) if names else pl.DataFrame()
    columns = [_typed(texts.to_series(place), column, type_) for place, (column, type_) in enumerate(types)]
    frame = conform(pl.DataFrame(columns))
    given = [table for table in tables if table is not None]
    schema = _with_factors(marked_schema(frame, given[0] if given else None), dict(types))
    if not given:
        return new_table(frame, schema=schema)
    return given[0].broken(frame, schema=schema, reason=REASON, others=tuple(given[1:]))


def _typed(texts: pl.Series, name: str, type_: str) -> pl.Series:
    if type_ == "date":
        return texts.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us").alias(name)
    if type_ == "boolean":
        return (texts == "true").alias(name)
    kinds: dict[str, Any] = {"integer": storage_type("integer"), "decimal": storage_type("decimal")}
    values = texts.cast(kinds.get(type_, pl.String)).alias(name)
    return values.fill_nan(None) if type_ == "decimal" else values


def _with_factors(schema: TableSchema, types: dict[str, str]) -> TableSchema:
    columns = tuple(
        msgspec.structs.replace(column, categorical=True) if types.get(column.name) == "category" else column
        for column in schema.columns
    )
    return msgspec.structs.replace(schema, columns=columns)


def _require_names(names: list[str]) -> None:
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None or "" in names:
        told = f"two columns are named '{twice}'" if twice else "a column has no name"
        hint = gettext("Give each column of the result a name of its own.")
        where = Where(parameter="r_script")
        raise Refusal(
            "script_result",
            gettext("In the script's result %(told)s.") % {"told": told},
            hint=hint,
            status=422,
            where=where,
        )


def _plots(folder: Path, report: Reporter) -> Table:
    """What was drawn on the R device: one row a picture, the PNG file as base64 text."""
    files = sorted((folder / "plots").glob("*.png"))
    if len(files) > MOST_PLOTS:
        report.log(f"The script drew {len(files)} pictures; the first {MOST_PLOTS} are kept.")
    rows = []
    for file in files[:MOST_PLOTS]:
        content = file.read_bytes()
        width, height = struct.unpack(">II", content[16:24])
        rows.append((file.stem, width, height, "data:image/png;base64," + base64.b64encode(content).decode()))
    schema = {"Plot": pl.String, "Width": pl.Int64, "Height": pl.Int64, "Picture": pl.String}
    return new_table(pl.DataFrame(rows, schema=schema, orient="row"))

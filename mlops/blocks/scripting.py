"""Runs a user's `azureml_main` on tables, in a pipeline step or on a request. Step and scoring processes only."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from mlops.blocks.bundles import unpack
from mlops.blocks.call import Silent
from mlops.blocks.components.execute_python_script import ENTRY
from mlops.blocks.frames import from_pandas, to_pandas
from mlops.blocks.run_context import run_context
from mlops.blocks.score_columns import LABELS, PROBABILITIES
from mlops.blocks.values import Table, new_table
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema
from mlops.formats.transform import RunPython
from mlops.stats.schema import conform, describe_schema

if TYPE_CHECKING:
    from mlops.blocks.call import Call, Reporter
    from mlops.blocks.values import Bundle, Value

SCRIPT_NAME = "<script>"
BUNDLE_FOLDER = "Script Bundle"


def execute_script(call: Call) -> dict[str, Value]:
    first, second = call.optional_table("dataset1"), call.optional_table("dataset2")
    script = call.parameters["python_script"]
    bundle = call.optional_bundle("script_bundle")
    with _workplace(call.work_dir, bundle), run_context(call.report), printing_to(call.report):
        main = _compiled(script)
        frames = _results(_called(main, _given(first), _given(second)))
    results = [_kept(frame) for frame in frames]
    reason = _lost(first, second, bundle)
    outputs = {"result_dataset": _first_table(results[0], frames[0], script, first, second, reason)}
    if len(results) > 1:
        reason = _("The table is the second result of an Execute Python Script, which cannot be replayed.")
        outputs["result_dataset2"] = _broken(results[1], (first, second), reason)
    else:
        outputs["result_dataset2"] = new_table(pl.DataFrame())
    call.report.log(f"The script returned {results[0].height} rows with {results[0].width} columns.")
    return dict(outputs)


def replay(script: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The script on request rows; Refusal `rows_changed` where it adds or drops some. What it prints is lost."""
    with contextlib.redirect_stdout(io.StringIO()), run_context(Silent()):
        result = _kept(_in_given_order(_results(_called(_compiled(script), to_pandas(frame), None))[0]))
    if result.height != frame.height:
        message = _("The script made %(height)s rows out of %(height_2)s; scores need one row for each.") % {
            "height": result.height,
            "height_2": frame.height,
        }
        hint = _("Do not add or drop rows in a script before Train Model.")
        raise Refusal("rows_changed", message, hint=hint, status=422)
    return result


def _in_given_order(frame: Any) -> Any:
    """A script may sort or shuffle rows; as long as it keeps their index, the answer comes in the request's order."""
    import numpy as np

    index = frame.index
    if index.dtype.kind not in "iu" or not np.array_equal(np.sort(index.to_numpy()), np.arange(index.size)):
        return frame
    return frame.iloc[np.argsort(index.to_numpy())]


def _given(table: Table | None) -> Any:
    return None if table is None else to_pandas(table.frame)


@functools.lru_cache(maxsize=16)
def _compiled(script: str) -> Callable[..., Any]:
    namespace: dict[str, Any] = {"__name__": "azureml_script"}
    try:
        exec(compile(script, SCRIPT_NAME, "exec"), namespace)  # noqa: S102  # the purpose of the component  # nosec B102
    except Exception as error:
        raise script_failed(error) from error
    if not callable(namespace.get(ENTRY)):
        message = _("The script has no function '%(entry)s'.") % {"entry": ENTRY}
        hint = _("Write: def %(entry)s(dataframe1=None, dataframe2=None):") % {"entry": ENTRY}
        raise Refusal("script_entry_missing", message, hint=hint, status=422, where=Where(parameter="python_script"))
    main: Callable[..., Any] = namespace[ENTRY]
    return main


def _called(main: Callable[..., Any], first: Any, second: Any) -> Any:
    try:
        return main(first, second)
    except Exception as error:
        raise script_failed(error) from error
    except SystemExit as error:
        raise script_failed(RuntimeError(f"the script called exit({error.code})")) from error


def script_failed(error: Exception) -> Refusal:
    """Names the exception and the last line of the script that was running."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == SCRIPT_NAME]
    line = error.lineno if isinstance(error, SyntaxError) else (lines[-1] if lines else None)
    place = f" in line {line}" if line else ""
    message = _("The script failed%(place)s: %(error)s: %(error_2)s") % {
        "place": place,
        "error": type(error).__name__,
        "error_2": error,
    }
    hint = _("Correct the script. The log shows what it printed and the whole traceback.")
    return Refusal("script_failed", message, hint=hint, status=422, where=Where(parameter="python_script", row=line))


def _results(returned: Any) -> list[Any]:
    import pandas as pd

    frames = list(returned) if isinstance(returned, tuple | list) else [returned]
    frames = frames if len(frames) < 2 or frames[1] is not None else frames[:1]
    if 1 <= len(frames) <= 2 and all(isinstance(frame, pd.DataFrame) for frame in frames):
        return frames
    kinds = ", ".join(type(frame).__name__ for frame in frames) or "nothing"
    message = _("%(entry)s must return one or two data frames; it returned %(kinds)s.") % {
        "entry": ENTRY,
        "kinds": kinds,
    }
    hint = _("End it with: return dataframe1,")
    raise Refusal("script_result", message, hint=hint, status=422, where=Where(parameter="python_script"))


def _kept(frame: Any) -> pl.DataFrame:
    return conform(from_pandas(frame))


def _lost(first: Table | None, second: Table | None, bundle: Bundle | None) -> str:
    if first is not None and second is not None:
        return "An Execute Python Script joins two tables, which cannot be replayed for a request."
    if first is None and second is not None:
        return "An Execute Python Script reads its second input, which cannot be replayed for a request."
    if bundle is not None:
        return "An Execute Python Script uses a script bundle, which is not kept in the model."
    return ""


def _first_table(
    frame: pl.DataFrame, raw: Any, script: str, first: Table | None, second: Table | None, reason: str
) -> Table:
    schema = marked_schema(frame, first or second)
    if first is None and second is None:
        return new_table(frame, schema=schema)
    if first is None or reason or first.meta.source is None:
        return _broken(frame, (first, second), reason)
    origin = _followed(raw.index, first)
    if origin is None:
        lost = (
            "An Execute Python Script changes which rows there are and numbers them anew, so rows cannot be followed."
        )
        return first.broken(frame, schema=schema, reason=lost)
    return first.replaced(frame, step=RunPython(script=script), origin=origin, schema=schema)


def _followed(index: Any, table: Table) -> pl.Series | None:
    """Which source row each result row came from, by the index that pandas carries along; None when unknown."""
    import numpy as np

    if table.origin is None or not index.is_unique or index.dtype.kind not in "iu":
        return None
    rows = index.to_numpy()
    if rows.size and (rows.min() < 0 or rows.max() >= table.frame.height):
        return None
    renumbered = rows.size != table.frame.height and np.array_equal(rows, np.arange(rows.size))
    return None if renumbered and rows.size else table.origin[rows.astype(np.int64)]


def _broken(frame: pl.DataFrame, tables: tuple[Table | None, ...], reason: str) -> Table:
    given = [table for table in tables if table is not None]
    if not given:
        return new_table(frame)
    table = given[0].broken(frame, schema=marked_schema(frame, given[0]), reason=reason)
    sources = tuple(dict.fromkeys(name for other in given for name in other.meta.sources))
    return Table(frame=frame, meta=msgspec.structs.replace(table.meta, sources=sources))


def marked_schema(frame: pl.DataFrame, before: Table | None) -> TableSchema:
    """Marks of equally named columns stay; score columns made by the script are known by their names."""
    described = describe_schema(frame)
    known = {} if before is None else {column.name: column for column in before.schema.columns}
    columns = []
    for column in described.columns:
        marked = known.get(column.name)
        kept = msgspec.structs.replace(marked, type=column.type) if marked else _by_name(column, described)
        columns.append(kept)
    return msgspec.structs.replace(described, columns=tuple(columns))


def _by_name(column: Column, table: TableSchema) -> Column:
    prefix = f'{PROBABILITIES} for Class "'
    several = any(name.startswith(prefix) for name in table.names)
    numeric = column.type in ("integer", "decimal")
    task = (
        "multiclass"
        if several
        else "two_class"
        if PROBABILITIES in table.names
        else "regression"
        if numeric
        else "multiclass"
    )
    if column.name == LABELS:
        return msgspec.structs.replace(column, role="scored_label", task=task)
    if column.name == PROBABILITIES:
        return msgspec.structs.replace(column, role="scored_probability", task="two_class")
    if column.name.startswith(prefix):
        name = column.name.removeprefix(prefix).removesuffix('"')
        return msgspec.structs.replace(column, role="scored_probability", task="multiclass", class_name=name)
    return column


@contextlib.contextmanager
def _workplace(folder: Path, bundle: Bundle | None) -> Iterator[None]:
    """The script's current directory, with the bundle unpacked in it and importable."""
    before, path = Path.cwd(), list(sys.path)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        os.chdir(folder)
        if bundle is not None:
            unpack(bundle, Path(BUNDLE_FOLDER))
            sys.path.insert(0, str(Path(BUNDLE_FOLDER).resolve()))
        yield
    finally:
        os.chdir(before)
        sys.path[:] = path


class _Lines(io.TextIOBase):
    """Text that a script prints, told line by line."""

    def __init__(self, report: Reporter) -> None:
        self.report = report
        self.outside = sys.stdout
        self.rest = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self.rest = (self.rest + text).split("\n")
        for line in lines:
            self._tell(line)
        return len(text)

    def finish(self) -> None:
        if self.rest:
            self._tell(self.rest)

    def _tell(self, line: str) -> None:
        """A reporter may print by itself, which must not come back here."""
        with contextlib.redirect_stdout(self.outside):
            self.report.log(line)


@contextlib.contextmanager
def printing_to(report: Reporter) -> Iterator[None]:
    lines = _Lines(report)
    try:
        with contextlib.redirect_stdout(lines), contextlib.redirect_stderr(lines):
            yield
    except Refusal as refusal:
        if refusal.__cause__ is not None:
            for line in "".join(traceback.format_exception(refusal.__cause__)).splitlines():
                report.log(line)
        raise
    finally:
        lines.finish()

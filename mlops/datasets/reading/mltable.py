"""An MLTable becomes a table: its paths are read and its transformations done. Child processes only."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from mlops.datasets.reading.converting import DATA, META
from mlops.formats.azureml.lines import load
from mlops.formats.azureml.mltable import Step, Table, read_mltable
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _
from mlops.formats.transform import TableMeta
from mlops.stats.schema import conform, describe_schema

MLTABLE_FILE = "MLTable"
PATH_COLUMN = "Path"
ENDINGS = {".csv": "read_delimited", ".tsv": "read_delimited", ".txt": "read_delimited", ".parquet": "read_parquet",
           ".jsonl": "read_json_lines", ".json": "read_json_lines"}  # fmt: skip
TYPES: dict[str, pl.DataType] = {
    "int": pl.Int64(), "integer": pl.Int64(), "long": pl.Int64(), "float": pl.Float64(), "double": pl.Float64(),
    "string": pl.String(), "boolean": pl.Boolean(), "bool": pl.Boolean(),
}  # fmt: skip
COMPARED = re.compile(
    r"""\s*col\(\s*(?P<quote>["'])(?P<column>.+?)(?P=quote)\s*\)\s*(?P<sign>==|!=|>=|<=|>|<)\s*(?P<value>.+?)\s*"""
)

SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le,
}  # fmt: skip


def materialise(given: Path, folder: Path, *, source: str = "") -> tuple[TableMeta, list[str]]:
    """Writes the table into `folder`. Raises Refusal with the line of the MLTable file."""
    plan = read_mltable(load(MLTABLE_FILE, (given / MLTABLE_FILE).read_text(encoding="utf-8")))
    warnings = list(plan.warnings)
    files = _files(given, plan)
    frame = _read(given, files, plan)
    for step in plan.steps:
        frame = _done(frame, step, warnings)
    try:
        table = conform(frame.collect(engine="streaming"))
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        raise Refusal(
            "mltable_unreadable",
            _("The files of the MLTable are not read: %(splitlines)s")
            % {"splitlines": (str(error).splitlines() or [""])[0][:300]},
            hint=_("Check its transformations: the reader, the delimiter and the types."),
            status=422,
        ) from error
    folder.mkdir(parents=True, exist_ok=True)
    table.write_parquet(folder / DATA, row_group_size=100_000)
    schema = msgspec.structs.replace(describe_schema(table), row_count=table.height)
    meta = TableMeta(schema=schema, source=schema, sources=(source,) if source else ())
    (folder / META).write_bytes(msgspec.json.encode(meta))
    return meta, warnings


def _files(given: Path, plan: Table) -> list[Path]:
    found: list[Path] = []
    for kind, text in plan.paths:
        if re.match(r"[a-z][a-z0-9+.-]*:", text) and not text.startswith("file:"):
            raise Refusal(
                "mltable_path_outside",
                _("The MLTable names %(text)s: only paths beside it are read.") % {"text": text[:200]},
                hint=_("Register that address as a data asset, or copy the files beside the MLTable."),
                status=422,
            )
        path = text.removeprefix("file:").removeprefix("./").strip("/")
        if ".." in Path(path).parts:
            raise Refusal("path_outside", _("“%(text)s” leads out of the folder.") % {"text": text[:200]}, status=422)
        if kind == "pattern":
            here = sorted(one for one in given.glob(path) if one.is_file())
        elif kind == "folder":
            here = sorted(one for one in (given / path).rglob("*") if one.is_file() and one.name != MLTABLE_FILE)
        else:
            here = [given / path] if (given / path).is_file() else []
        if not here:
            known = [one.relative_to(given).as_posix() for one in sorted(given.rglob("*"))[:2000]]
            hint = nearest(path, known) or _("Paths are relative to the MLTable file.")
            raise Refusal(
                "path_unknown",
                _("The MLTable names “%(text)s”; there is no such %(kind)s.") % {"text": text[:200], "kind": kind},
                hint=hint,
                status=422,
            )
        found += here
    return found


def _read(given: Path, files: Sequence[Path], plan: Table) -> pl.LazyFrame:
    reader = plan.reader or ENDINGS.get(files[0].suffix.lower(), "read_delimited")
    ways: dict[str, Callable[[Path, int, dict[str, Any]], pl.LazyFrame]] = {
        "read_delimited": _delimited,
        "read_parquet": lambda file, _place, _options: pl.scan_parquet(file),
        "read_json_lines": _json_lines,
    }
    frames = []
    for place, file in enumerate(files):
        frame = ways[reader](file, place, plan.options)
        if plan.options.get("include_path_column"):
            frame = frame.with_columns(pl.lit(file.relative_to(given).as_posix()).alias(PATH_COLUMN))
        frames.append(frame)
    return pl.concat(frames, how="diagonal_relaxed") if len(frames) > 1 else frames[0]


def _delimited(file: Path, place: int, options: dict[str, Any]) -> pl.LazyFrame:
    """`header`: all_files_same_headers and all_files_different_headers have one in each file, from_first_file in the
    first alone, no_header in none."""
    header = str(options.get("header", "all_files_same_headers"))
    has_header = options.get("header") is not False and header != "no_header"
    if header == "from_first_file":
        has_header = place == 0
    encoding = str(options.get("encoding", "utf8")).lower().replace("-", "").replace("_", "")
    delimiter = str(options.get("delimiter", "\t" if file.suffix.lower() == ".tsv" else ",")).replace("\\t", "\t")
    if encoding not in ("utf8", "utf8bom", "ascii"):
        text = file.read_bytes().decode(
            {"iso88591": "latin-1", "windows1252": "cp1252"}.get(encoding, encoding), "strict"
        )
        file = file.with_name(f"{file.name}.utf8")
        file.write_text(text, encoding="utf-8")
    frame = pl.scan_csv(
        file,
        separator=delimiter,
        has_header=has_header,
        infer_schema=options.get("infer_column_types", True) is not False,
        infer_schema_length=10_000,
        try_parse_dates=options.get("infer_column_types", True) is not False,
    )
    if not options.get("empty_as_string"):
        return frame
    texts = [name for name, kind in frame.collect_schema().items() if kind == pl.String()]
    return frame.with_columns(pl.col(name).fill_null("") for name in texts)


def _json_lines(file: Path, _place: int, options: dict[str, Any]) -> pl.LazyFrame:
    return pl.scan_ndjson(file, infer_schema_length=10_000, ignore_errors=options.get("invalid_lines") == "drop")


def _done(frame: pl.LazyFrame, step: Step, warnings: list[str]) -> pl.LazyFrame:
    known = frame.collect_schema().names()
    if step.name in ("keep_columns", "drop_columns"):
        names = [str(step.value)] if isinstance(step.value, str) else [str(one) for one in step.value or []]
        _require(names, known, step)
        return frame.select(names) if step.name == "keep_columns" else frame.drop(names)
    if step.name == "rename_columns" and isinstance(step.value, dict):
        _require([str(name) for name in step.value], known, step)
        return frame.rename({str(old): str(new) for old, new in step.value.items()})
    if step.name in ("skip", "take"):
        count = _whole(step, step.value)
        return frame.slice(count) if step.name == "skip" else frame.head(count)
    if step.name == "take_random_sample":
        return _sampled(frame, step)
    if step.name == "convert_column_types":
        return _converted(frame, step, known, warnings)
    if step.name == "filter":
        return _filtered(frame, step, known, warnings)
    raise _bad(step, _("“%(name)s” has a value that is not understood.") % {"name": step.name})


def _sampled(frame: pl.LazyFrame, step: Step) -> pl.LazyFrame:
    value = step.value if isinstance(step.value, dict) else {"probability": step.value}
    try:
        share, seed = float(value.get("probability") or 0), int(value.get("seed") or 0)
    except (TypeError, ValueError) as error:
        raise _bad(step, _("“take_random_sample” needs a probability.")) from error
    if not 0 < share <= 1:
        raise _bad(step, _("The probability lies between 0 and 1."))
    import numpy as np

    table = frame.collect()
    return table.filter(pl.Series(np.random.default_rng(seed).random(table.height) < share)).lazy()


def _converted(frame: pl.LazyFrame, step: Step, known: list[str], warnings: list[str]) -> pl.LazyFrame:
    """A value that is no such thing becomes missing, as there."""
    for one in step.value if isinstance(step.value, list) else [step.value]:
        columns, kind = one.get("columns"), one.get("column_type")
        names = [str(columns)] if isinstance(columns, str) else [str(name) for name in columns or []]
        _require(names, known, step)
        name, details = (kind, {}) if isinstance(kind, str) else next(iter((kind or {"": {}}).items()))
        if name in TYPES:
            frame = frame.with_columns(_cast(column, str(name), details or {}) for column in names)
        elif name == "datetime":
            formats = (details or {}).get("formats") or [None]
            frame = frame.with_columns(
                pl.coalesce(pl.col(column).cast(pl.String).str.to_datetime(one, strict=False) for one in formats).alias(
                    column
                )
                for column in names
            )
        else:
            warnings.append(f"MLTable, line {step.line}: the column type “{name}” is not known here and left out.")
    return frame


def _cast(column: str, kind: str, details: dict[str, Any]) -> pl.Expr:
    if kind in ("boolean", "bool"):
        text = pl.col(column).cast(pl.String).str.to_lowercase().str.strip_chars()
        true = [str(one).lower() for one in details.get("true_values") or ("true", "1", "yes")]
        false = [str(one).lower() for one in details.get("false_values") or ("false", "0", "no")]
        return pl.when(text.is_in(true)).then(True).when(text.is_in(false)).then(False).otherwise(None).alias(column)
    if TYPES[kind] == pl.Int64():
        return pl.col(column).cast(pl.Float64, strict=False).cast(pl.Int64, strict=False)
    return pl.col(column).cast(TYPES[kind], strict=False)


def _filtered(frame: pl.LazyFrame, step: Step, known: list[str], warnings: list[str]) -> pl.LazyFrame:
    """`col("a") > 3`, several joined by `and`; nothing is evaluated as code."""
    condition = None
    for part in re.split(r"\s+and\s+|\s*&\s*", str(step.value).strip()):
        match = COMPARED.fullmatch(part.strip().strip("()") if not part.strip().startswith("col(") else part.strip())
        if match is None:
            warnings.append(f"MLTable, line {step.line}: the filter “{part[:100]}” is not understood and left out.")
            continue
        _require([match["column"]], known, step)
        value, column = _literal(match["value"]), pl.col(match["column"])
        one = SIGNS[match["sign"]](column, value)
        condition = one if condition is None else condition & one
    return frame if condition is None else frame.filter(condition)


def _literal(text: str) -> Any:
    text = text.strip().rstrip(")") if text.count(")") > text.count("(") else text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)
    except ValueError:
        return text


def _require(names: list[str], known: list[str], step: Step) -> None:
    for name in names:
        if name not in known:
            raise Refusal(
                "column_unknown",
                _("MLTable, line %(line)s: %(name)s names the column “%(name_2)s”, which is not there.")
                % {"line": step.line, "name": step.name, "name_2": name},
                hint=nearest(name, known) or _("Columns: %(names)s.") % {"names": ", ".join(known[:20])},
                status=422,
                where=Where(row=step.line, column=name),
            )


def _whole(step: Step, value: Any) -> int:
    given = value.get("count") if isinstance(value, dict) else value
    if not isinstance(given, int) or given < 0:
        raise _bad(step, _("“%(name)s” needs a whole number.") % {"name": step.name})
    return given


def _bad(step: Step, message: str) -> Refusal:
    where = Where(row=step.line)
    return Refusal(
        "mltable_invalid",
        _("MLTable, line %(line)s: %(message)s") % {"line": step.line, "message": message},
        status=422,
        where=where,
    )

"""The table that an `MLTable` file describes: its paths, how they are read, and which columns are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    import polars as pl


def read_mltable(file: Path) -> pl.DataFrame:
    """Raises Refusal `mltable_unreadable` for what is no MLTable, and for a step that is not read here."""
    import polars as pl

    try:
        described = yaml.safe_load(file.read_text(encoding="utf-8"))
        paths = _paths(file.parent, described.get("paths") or [])
        steps = [_step(one) for one in described.get("transformations") or []]
        table = pl.concat([_read(path, steps) for path in paths], how="vertical_relaxed")
        for name, given in steps:
            if not name.startswith("read_"):
                table = _changed(table, name, given)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        raise _unreadable(str(error).splitlines()[0] if str(error) else type(error).__name__) from error
    except pl.exceptions.PolarsError as error:
        raise _unreadable(str(error).splitlines()[0]) from error
    return table


def _paths(folder: Path, listed: list[Any]) -> list[Path]:
    found: list[Path] = []
    for one in listed:
        ((kind, written),) = one.items()
        plain = str(written).removeprefix("./")
        if kind == "folder":
            found += sorted(path for path in (folder / plain).rglob("*") if path.is_file())
        elif kind == "pattern":
            found += sorted(folder.glob(plain))
        else:
            found.append(folder / plain)
    for path in found:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ValueError(f"the path {path.name} leads out of its folder")
    if not found:
        raise ValueError("it names no file that is there")
    return found


def _step(one: Any) -> tuple[str, Any]:
    if isinstance(one, str):
        return one, {}
    ((name, given),) = one.items()
    return str(name), given if given is not None else {}


def _read(path: Path, steps: list[tuple[str, Any]]) -> pl.DataFrame:
    import polars as pl

    reads = [step for step in steps if step[0].startswith("read_")]
    name: str = reads[0][0] if reads else "read_delimited"
    given: dict[str, Any] = reads[0][1] if reads else {}
    if name == "read_parquet":
        return pl.read_parquet(path)
    if name == "read_json_lines":
        return pl.read_ndjson(path, infer_schema_length=None)
    if name != "read_delimited":
        raise ValueError(f"{name} is not read here")
    header = str(given.get("header", "all_files_same_headers"))
    return pl.read_csv(
        path,
        separator=str(given.get("delimiter", ",")),
        has_header=header != "no_header",
        try_parse_dates=True,
        infer_schema_length=None,
        ignore_errors=False,
    )


def _changed(table: pl.DataFrame, name: str, given: Any) -> pl.DataFrame:
    columns = [given] if isinstance(given, str) else list(given) if isinstance(given, list) else []
    match name:
        case "keep_columns":
            return table.select(columns)
        case "drop_columns":
            return table.drop(columns)
        case "take":
            return table.head(int(given))
        case "skip":
            return table.slice(int(given))
        case "take_random_sample":
            share, seed = float(given["probability"]), int(given.get("seed") or 0)
            return table.sample(fraction=share, seed=seed)
        case "convert_column_types" | "extract_columns_from_partition_format":
            return table  # types are found from the values
    raise ValueError(f"the transformation {name} is not read here")


def _unreadable(why: str) -> Refusal:
    return Refusal(
        "mltable_unreadable",
        _("The MLTable cannot be read: %(why)s.") % {"why": why},
        hint=_(
            "It may have paths, read_delimited, read_parquet or read_json_lines, keep_columns, drop_columns and take."
        ),
        status=422,
    )

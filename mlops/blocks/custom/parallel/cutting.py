"""The mini-batches of an input: lists of files, or parts of a table as Parquet files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops.blocks.custom.parallel.mltable import read_mltable
from mlops.formats.definition import FileForm
from mlops.formats.kept import DATA_FILE
from mlops.formats.parallel import ParallelPlan
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    import polars as pl

FILES = 10
BYTES = 1024 * 1024
MLTABLE_FILE = "MLTable"

Batch = dict[str, Any]
"""{"number", "items", and "files": paths, or "table": the path of a Parquet file with, where the table was parted by
columns, "keys": what these hold in it}."""


def cut(plan: ParallelPlan, form: FileForm, given: Path, folder: Path) -> Iterator[Batch]:
    """`given`: the input as the script would see it; `folder`: where parts of a table are written.

    Raises Refusal `input_empty`, `partition_unknown`, `mltable_unreadable`."""
    if form == "mltable":
        yield from _of_table(plan, _table(given), folder)
        return
    if plan.partition_keys:
        raise Refusal(
            "partition_unknown",
            _("Files are not partitioned by columns."),
            hint=_("Give an input of type mltable, or leave `partition_keys` out."),
            status=422,
            where=Where(port=plan.input),
        )
    paths = [given] if given.is_file() else sorted(path for path in given.rglob("*") if path.is_file())
    if not paths:
        raise _empty(plan)
    for number, files in enumerate(_groups(plan, paths)):
        yield {"number": number, "items": len(files), "files": [str(path) for path in files]}


def _groups(plan: ParallelPlan, paths: list[Path]) -> Iterator[list[Path]]:
    if plan.mini_batch_files is None and plan.mini_batch_bytes is not None:
        group: list[Path] = []
        size = 0
        for path in paths:
            size += path.stat().st_size
            if group and size > plan.mini_batch_bytes:
                yield group
                group, size = [], path.stat().st_size
            group.append(path)
        yield group
        return
    count = plan.mini_batch_files or FILES
    yield from (paths[begin : begin + count] for begin in range(0, len(paths), count))


def _of_table(plan: ParallelPlan, table: pl.DataFrame, folder: Path) -> Iterator[Batch]:
    if not table.height:
        raise _empty(plan)
    for number, part in enumerate(_parts(plan, table)):
        path = folder / f"batch-{number}.parquet"
        part.write_parquet(path)
        batch: Batch = {"number": number, "items": part.height, "table": str(path)}
        if plan.partition_keys:
            batch["keys"] = {key: _plain(part[key][0]) for key in plan.partition_keys}
        yield batch


def _plain(value: Any) -> Any:
    """As JSON has it."""
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _parts(plan: ParallelPlan, table: pl.DataFrame) -> Iterable[pl.DataFrame]:
    if plan.partition_keys:
        for key in plan.partition_keys:
            if key not in table.columns:
                raise Refusal(
                    "partition_unknown",
                    _("The input has no column “%(key)s”.") % {"key": key},
                    hint=nearest(key, table.columns)
                    or (_("It has: %(names)s.") % {"names": ", ".join(table.columns[:20])}),
                    status=422,
                    where=Where(port=plan.input, column=key),
                )
        return table.partition_by(plan.partition_keys, maintain_order=True)
    of_one = max(1.0, table.estimated_size() / table.height)
    rows = max(1, int((plan.mini_batch_bytes or BYTES) / of_one))
    return table.iter_slices(rows)


def _table(folder: Path) -> pl.DataFrame:
    import polars as pl

    if (folder / DATA_FILE).exists():
        return pl.read_parquet(folder / DATA_FILE)
    return read_mltable(folder / MLTABLE_FILE)


def _empty(plan: ParallelPlan) -> Refusal:
    return Refusal(
        "input_empty",
        _("There is nothing at the input “%(input)s” that could be cut into mini-batches.") % {"input": plan.input},
        hint=_("Give it files, or a table with rows."),
        status=422,
        where=Where(port=plan.input),
    )

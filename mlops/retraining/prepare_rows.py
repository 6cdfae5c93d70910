"""`python -m mlops.retraining.prepare_rows --order FILE`: the rows that two models are compared on, as one file.

For child processes only: it reads whole tables. Writes `rows.parquet` and `prepared.json` beside the order."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from mlops.formats.collection import INPUT, LABEL
from mlops.formats.kept import DATA_FILE, ORIGIN_FILE
from mlops.formats.spoken import gettext as _
from mlops.packaging.limits import within_limits
from mlops.retraining.orders import PREPARED_FILE, ROW, ROWS_FILE, Prepared, RowsOrder


def prepare(order: RowsOrder) -> Prepared:
    """Rows with their place in a column of its own, by which the models' answers are matched."""
    frame, notes = _collected(order) if order.collected else _table(order)
    total = frame.height
    if total > order.most_rows:
        frame = frame.gather_every(-(-total // order.most_rows))
    frame = frame.drop(ROW, strict=False).with_row_index(ROW)
    frame.write_parquet(Path(order.out) / ROWS_FILE)
    return Prepared(
        rows=frame.height,
        sampled_from=total if total > frame.height else None,
        columns=tuple(name for name in frame.columns if name != ROW),
        notes=tuple(notes),
    )


def _table(order: RowsOrder) -> tuple[pl.DataFrame, list[str]]:
    folder = Path(order.table)
    frame = pl.read_parquet(folder / DATA_FILE)
    if not order.source:
        return frame, []
    places = pl.read_parquet(folder / ORIGIN_FILE).to_series()
    known = places.is_not_null()
    source = pl.read_parquet(order.source)[places.filter(known)]
    if order.label in frame.columns:
        source = source.with_columns(frame.filter(known)[order.label].alias(order.label))
    return source, ["The rows are as they were in the dataset, before the pipeline changed them."]


def _collected(order: RowsOrder) -> tuple[pl.DataFrame, list[str]]:
    """The inputs by their own names, and the label: the one that is named, or the only one."""
    scan = pl.scan_parquet(list(order.collected), missing_columns="insert", extra_columns="ignore")
    names = scan.collect_schema().names()
    labels = [name for name in names if name.startswith(LABEL)]
    wanted = f"{LABEL}{order.label}"
    label = wanted if wanted in labels else labels[0] if len(labels) == 1 else ""
    inputs = {name: name.removeprefix(INPUT) for name in names if name.startswith(INPUT)}
    chosen: list[Any] = [pl.col(name).alias(plain) for name, plain in inputs.items()]
    if label:
        chosen.append(pl.col(label).alias(order.label or label.removeprefix(LABEL)))
        scan = scan.filter(pl.col(label).is_not_null())
    return scan.select(chosen).collect(), []


def main() -> int:
    parser = argparse.ArgumentParser(prog="mlops.retraining.prepare_rows")
    parser.add_argument("--order", required=True, type=Path)
    arguments = parser.parse_args()
    within_limits()
    order = msgspec.json.decode(arguments.order.read_bytes(), type=RowsOrder)
    try:
        found = prepare(order)
    except (OSError, pl.exceptions.PolarsError) as error:
        found = Prepared(
            problem=f"The held-out rows cannot be read: {error}.", hint=_("Name another table to compare on.")
        )
    (Path(order.out) / PREPARED_FILE).write_bytes(msgspec.json.encode(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())

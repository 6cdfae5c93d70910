"""Steps on a table that is larger than the memory that they may take: `python -m tests.benchmarks.large_tables
--gigabytes 4 --mebibytes 512 --folder DIR [--only split score]`. Prints each step's time, processor time and peak.

The folder takes about three times the table; `--only` goes on with what is there from before."""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from mlops.blocks.catalogue import component
from mlops.formats.step import Limits, StepOrder, StepReport
from mlops.runtime.runner import Runner
from mlops.stats.pieces import write_pieces

PIECE_ROWS, ROW_BYTES = 200_000, 93
Given = dict[str, str]
Step = tuple[str, str, dict[str, Any], Given]


def names(*columns: str) -> dict[str, Any]:
    return {"mode": "names", "names": list(columns)}


KEPT = names("id", "a", "b", "c", "d", "count", "code", "kind", "day", "name", "label")
LEARNED = names("a", "b", "c", "d", "count", "code", "kind", "label")
GAPS = names("b", "c")
HALF = "split/results_dataset"
STEPS: list[Step] = [
    ("select", "select_columns_in_dataset", {"select_columns": KEPT}, {"dataset": "table"}),
    (
        "clean",
        "clean_missing_data",
        {"cleaning_mode": "replace_with_median", "columns_to_be_cleaned": GAPS},
        {"dataset": "select/results_dataset"},
    ),
    (
        "split",
        "split_data",
        {"fraction_of_rows_in_the_first_output_dataset": 0.5},
        {"dataset": "clean/cleaned_dataset"},
    ),
    (
        "sample",
        "partition_and_sample",
        {"partition_or_sample_mode": "sampling", "rate_of_sampling": 0.005},
        {"dataset": f"{HALF}1"},
    ),
    (
        "group",
        "apply_sql_transformation",
        {"sql_query_script": "select kind, code, count(*) n, avg(a) a from t1 group by kind, code order by n, a"},
        {"t1": f"{HALF}2"},
    ),
    (
        "sort",
        "apply_sql_transformation",
        {"sql_query_script": "select id, a, name from t1 order by name, id"},
        {"t1": f"{HALF}2"},
    ),
    (
        "join",
        "apply_sql_transformation",
        {"sql_query_script": "select t1.id, t1.a, t2.b from t1 join t2 on t1.id = t2.id + 1"},
        {"t1": f"{HALF}2", "t2": f"{HALF}1"},
    ),
    ("duplicates", "remove_duplicate_rows", {"key_columns": names("count", "code")}, {"dataset": f"{HALF}2"}),
    ("features", "select_columns_in_dataset", {"select_columns": LEARNED}, {"dataset": "sample/o_dataset"}),
    ("learner", "two_class_logistic_regression", {}, {}),
    (
        "train",
        "train_model",
        {"label_column": "label"},
        {"untrained_model": "learner/untrained_model", "dataset": "features/results_dataset"},
    ),
    ("score", "score_model", {}, {"trained_model": "train/trained_model", "dataset": f"{HALF}2"}),
]


def rows_of(count: int) -> Iterator[pl.DataFrame]:
    for begin in range(0, count, PIECE_ROWS):
        yield piece(begin, min(PIECE_ROWS, count - begin))


def piece(begin: int, rows: int) -> pl.DataFrame:
    drawn = np.random.default_rng(begin)
    minutes = (drawn.integers(0, 10**6, rows) * 60_000_000).astype("timedelta64[us]")
    frame = pl.DataFrame(
        {
            "id": np.arange(begin, begin + rows),
            "a": drawn.normal(size=rows),
            "b": drawn.exponential(100, size=rows).round(2),
            "c": drawn.normal(size=rows),
            "d": drawn.uniform(size=rows).round(4),
            "count": drawn.integers(0, 100_000, rows),
            "code": drawn.integers(0, 300, rows),
            "kind": np.array([f"kind {number}" for number in range(50)])[drawn.integers(0, 50, rows)],
            "flag": drawn.random(rows) > 0.3,
            "day": np.datetime64("2020-01-01T00:00:00.000000") + minutes,
        }
    )
    return frame.with_columns(
        b=pl.when(pl.col("code") % 11 != 0).then("b"),
        c=pl.when(pl.col("count") % 13 != 0).then("c"),
        name=pl.lit("customer ") + pl.col("count").cast(pl.String),
        label=(pl.col("a") + pl.col("d") > 0.5).cast(pl.Int64),
    )


def carried_out(runner: Runner, folder: Path, step: Step, *, mebibytes: int) -> StepReport:
    """As a worker has it done, within the limit."""
    name, kind, parameters, given = step
    place, known = folder / name, component(kind)
    shutil.rmtree(place, ignore_errors=True)
    (place / "work").mkdir(parents=True)
    order = StepOrder(
        run="1",
        node=name,
        component=kind,
        version=known.version,
        title=name,
        parameters=parameters,
        inputs={port: str(folder / where) for port, where in given.items()},
        outputs={port.name: str(place / port.name) for port in known.outputs},
        work_dir=str(place / "work"),
        limits=Limits(memory_bytes=mebibytes * 2**20),
    )
    running = runner.start(order)
    while (report := running.poll()) is None:
        running.wait(0.2)
        running.news()
    shutil.rmtree(place / "work")
    return report


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.large_tables")
    parser.add_argument("--gigabytes", type=float, default=1)
    parser.add_argument("--mebibytes", type=int, default=512)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--only", nargs="*", default=[])
    asked = parser.parse_args()
    table = asked.folder / "table"
    if not table.exists():
        table.mkdir(parents=True)
        write_pieces(rows_of(int(asked.gigabytes * 1e9 / ROW_BYTES)), piece(0, 1), table / "data.parquet")
    runner = Runner()
    try:
        for step in STEPS:
            if not asked.only or step[0] in asked.only:
                began = time.monotonic()
                report = carried_out(runner, asked.folder, step, mebibytes=asked.mebibytes)
                print(told(step[0], report, seconds=time.monotonic() - began), flush=True)
    finally:
        runner.stop()


def told(name: str, report: StepReport, *, seconds: float) -> str:
    end = f"{report.error.code}: {report.error.message}" if report.error else report.state
    peak = report.peak_memory_bytes / 2**20
    return f"{name:12}{seconds:8.1f} s, {report.cpu_seconds:6.1f} s of a processor, peak {peak:4.0f} MiB, {end}"


if __name__ == "__main__":
    main()

"""`python -m tests.benchmarks.big_csv [--megabytes 1000]`: a large CSV file through import, Select, Clean, Split,
Normalize, Train (LightGBM), Score and Evaluate, each step in a process of its own as a worker starts it.

Prints peak memory, time and the number of progress reports of each; exit status 1 where a step fails or passes 4 GB."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
import psutil

from mlops.formats.step import Limits, StepOrder
from mlops.runtime.runner import Runner

MOST_BYTES = 4 * 1024**3
NUMBERS, BLOCK_ROWS, SEED = 18, 200_000, 7
Row = tuple[str, int, float, int]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1_000, help="size of the file (default: 1000)")
    parser.add_argument("--folder", type=Path, default=None, help="where to work (default: a temporary folder)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlops-big-csv-", dir=asked.folder) as temporary:
        folder = Path(temporary)
        rows = write_csv(folder / "big.csv", asked.megabytes * 10**6)
        print(f"{(folder / 'big.csv').stat().st_size / 10**6:,.0f} MB, {rows:,} rows\n")
        print(f"{'step':34}{'peak MiB':>10}{'seconds':>10}{'reports':>9}", flush=True)
        return carry_out(folder)


def write_csv(path: Path, size: int) -> int:
    """Decimals with gaps, categories, dates, and a label that follows from some of them."""
    draw, rows = np.random.default_rng(SEED), 0
    with path.open("wb") as file:
        while file.tell() < size:
            numbers = draw.normal(100, 25, (BLOCK_ROWS, NUMBERS)).round(4)
            frame = pl.DataFrame({f"x{place}": numbers[:, place] for place in range(NUMBERS)}).with_columns(
                kind=pl.Series(draw.integers(0, 12, BLOCK_ROWS)).cast(pl.String) + " kind",
                place=pl.Series(draw.integers(0, 50, BLOCK_ROWS)).cast(pl.String) + " place",
                count=pl.Series(draw.integers(0, 1000, BLOCK_ROWS)),
                day=pl.lit("2024-01-01").str.to_date() + pl.duration(days=pl.Series(draw.integers(0, 700, BLOCK_ROWS))),
            )
            hidden = numbers[:, 0] - numbers[:, 1] + draw.normal(0, 10, BLOCK_ROWS)
            frame = frame.with_columns(
                pl.when(pl.Series(draw.random(BLOCK_ROWS) < 0.02)).then(None).otherwise(pl.col("x2")).alias("x2"),
                late=pl.Series(np.where(hidden > 0, "yes", "no")),
            )
            frame.write_csv(file, include_header=rows == 0)
            rows += BLOCK_ROWS
    return rows


def carry_out(folder: Path) -> int:
    print_row(import_file(folder / "big.csv", folder / "data"))
    steps: list[tuple[str, dict[str, Any], dict[str, str]]] = [
        ("select_columns_in_dataset", {"select_columns": {"mode": "rules", "begin_with": "all", "rules": [
            {"action": "exclude", "by": "names", "names": ["x17"]}]}}, {"dataset": "data"}),
        ("clean_missing_data", {"cleaning_mode": "replace_with_mean"},
         {"dataset": "select_columns_in_dataset/results_dataset"}),
        ("split_data", {"fraction_of_rows_in_the_first_output_dataset": 0.7},
         {"dataset": "clean_missing_data/cleaned_dataset"}),
        ("normalize_data", {}, {"dataset": "split_data/results_dataset1"}),
        ("apply_transformation", {}, {"transformation": "normalize_data/transformation_function",
                                      "dataset": "split_data/results_dataset2"}),
        ("two_class_boosted_decision_tree", {}, {}),
        ("train_model", {"label_column": "late"}, {
            "untrained_model": "two_class_boosted_decision_tree/untrained_model",
            "dataset": "normalize_data/transformed_dataset"}),
        ("score_model", {}, {"trained_model": "train_model/trained_model",
                             "dataset": "apply_transformation/transformed_dataset"}),
        ("evaluate_model", {}, {"scored_dataset": "score_model/scored_dataset"}),
    ]  # fmt: skip
    runner, worst = Runner(), 0
    try:
        for name, parameters, inputs in steps:
            row = run(runner, folder, name, parameters, inputs)
            worst = max(worst, row[1])
            print_row(row)
    finally:
        runner.stop()
    print(f"\nlargest step: {worst / 2**20:,.0f} MiB (at most {MOST_BYTES / 2**20:,.0f})")
    return 0 if worst <= MOST_BYTES else 1


def run(runner: Runner, folder: Path, name: str, parameters: dict[str, Any], inputs: dict[str, str]) -> Row:
    from mlops.blocks.catalogue import component

    work = folder / name / "work"
    work.mkdir(parents=True)
    order = StepOrder(
        run="1", node=name, component=name, version=component(name).version, title=name, parameters=parameters,
        inputs={port: str(folder / place) for port, place in inputs.items()},
        outputs={port.name: str(folder / name / port.name) for port in component(name).outputs},
        work_dir=str(work), limits=Limits(memory_bytes=MOST_BYTES),
    )  # fmt: skip
    began, running, reports = time.monotonic(), runner.start(order), 0
    while (report := running.poll()) is None:
        running.wait(0.2)
        reports += sum(line.kind in ("progress", "log") for line in running.news())
    reports += sum(line.kind in ("progress", "log") for line in running.news())
    if report.error is not None:
        raise SystemExit(f"{name}: {report.error.message} {report.error.hint}\n{report.error.traceback[-2000:]}")
    return name, report.peak_memory_bytes, time.monotonic() - began, reports


def import_file(path: Path, folder: Path) -> Row:
    """As an upload is read: examined and then converted and profiled, by the child process for that."""
    began, peak = time.monotonic(), 0
    found, most = child("examine", {"path": str(path), "file_name": path.name})
    peak = max(peak, most)
    order = {
        "path": str(path),
        "file_name": path.name,
        "reading": found["reading"],
        "folder": str(folder),
        "source": "big:1",
    }
    _, most = child("import", order)
    return "import of the file", max(peak, most), time.monotonic() - began, 0


def child(verb: str, order: dict[str, Any]) -> tuple[Any, int]:
    command = [sys.executable, "-m", "mlops.datasets.reading", verb]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ)) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(order) + b"\n")
        process.stdin.flush()
        peak = 0
        watched = psutil.Process(process.pid)
        os.set_blocking(process.stdout.fileno(), False)
        answer = b""
        while process.poll() is None:
            try:
                peak = max(peak, watched.memory_info().rss)
            except psutil.Error:
                break
            answer += process.stdout.read() or b""
            time.sleep(0.05)
        answer += process.stdout.read() or b""
    told = msgspec.json.decode(answer)
    if "refusal" in told:
        raise SystemExit(f"{verb}: {told['refusal']}")
    return told["result"], peak


def print_row(row: Row) -> None:
    name, peak, seconds, reports = row
    print(f"{name:34}{peak / 2**20:10,.0f}{seconds:10.1f}{reports:9}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

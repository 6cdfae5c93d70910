"""`python -m tests.benchmarks.drift [--rows 100000 1000000] [--evidently 100000 1000000] [--large 5000000]`:
the drift of 30 columns, all rows of a baseline against all of a window, from Parquet: one look of ours and Evidently's
DataDriftPreset on the same files, each a process of its own from its start to its written answer; then a look at
10,000 rows that uses the kept summary of the baseline.

Evidently gets a virtual environment of its own (--environment keeps it). Prints wall time, processor time and peak
memory, and the ratio; exit status 1 where ours is not 40 times as fast at the largest common size of a million rows or
more, or passes 500 MB (at the large size 1.5 GB)."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import polars as pl

from mlops.formats.looking import LookAnswer, LookOrder, Rows
from mlops.formats.monitor import SignalSettings

EVIDENTLY = ("evidently==0.7.23", "pandas<3", "pyarrow")
MILLION, LEAST_RATIO, MOST_BYTES, MOST_BYTES_LARGE = 1_000_000, 40.0, 500e6, 1.5e9
BLOCK = 500_000
SHIFTED = 5

SCRIPT = """
import sys, pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset
numbers = [n for n in pd.read_parquet(sys.argv[1]).head(1).columns if n[0] in "nli"]
texts = [n for n in pd.read_parquet(sys.argv[1]).head(1).columns if n[0] in "kbc"]
kinds = DataDefinition(numerical_columns=numbers, categorical_columns=texts)
before, now = (Dataset.from_pandas(pd.read_parquet(path), data_definition=kinds) for path in sys.argv[1:3])
Report([DataDriftPreset()]).run(now, before).save_json(sys.argv[3])
"""


@dataclass(frozen=True)
class Cost:
    wall_seconds: float
    processor_seconds: float
    peak_bytes: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[100_000, MILLION])
    parser.add_argument("--evidently", type=int, nargs="*", default=[100_000, MILLION], help="rows; none: leave it out")
    parser.add_argument("--large", type=int, default=5 * MILLION, help="rows, ours alone; 0: leave it out")
    parser.add_argument("--environment", type=Path, default=None)
    asked = parser.parse_args()
    worst = 0
    with tempfile.TemporaryDirectory(prefix="mlops-drift-") as temporary:
        scratch = Path(temporary)
        python = environment(asked.environment or scratch / "evidently") if asked.evidently else None
        for rows in sorted({*asked.rows, *asked.evidently}):
            folder = write(scratch / str(rows), rows)
            print(f"\n{rows:,} x {len(columns(1, 0, 0.0).columns)}, {size(folder) / 1e6:,.0f} MB of Parquet")
            mine = ours(folder)
            worst |= int(mine.peak_bytes > MOST_BYTES)
            incremental(folder)
            if python is not None and rows in asked.evidently:
                ratio = evidently(python, folder, mine)
                worst |= int(rows >= MILLION and ratio < LEAST_RATIO)
        if asked.large:
            folder = write(scratch / "large", asked.large)
            print(f"\n{asked.large:,} x 30, {size(folder) / 1e6:,.0f} MB of Parquet")
            worst |= int(ours(folder).peak_bytes > MOST_BYTES_LARGE)
    return worst


def columns(rows: int, seed: int, shift: float) -> pl.DataFrame:
    """Numbers, skewed numbers, whole numbers, few whole numbers, truths and texts."""
    draw = np.random.default_rng(seed)
    made: dict[str, object] = {f"n{n}": draw.normal(shift if n < SHIFTED else 0, 1, rows) for n in range(14)}
    made |= {f"l{n}": draw.lognormal(0, 1, rows).astype(np.float32) for n in range(4)}
    made |= {f"i{n}": draw.integers(0, 10_000, rows) for n in range(3)}
    made |= {f"k{n}": draw.integers(0, 12, rows) for n in range(2)}
    made |= {f"b{n}": draw.random(rows) < 0.3 for n in range(2)}
    made |= {
        f"c{n}": pl.Series(draw.integers(0, most, rows)).cast(pl.String)
        for n, most in enumerate((5, 20, 50, 200, 1_000))
    }
    gaps = pl.Series(draw.random(rows) < 0.05)
    return pl.DataFrame(made).with_columns(n13=pl.when(gaps).then(None).otherwise(pl.col("n13")))


def write(folder: Path, rows: int) -> Path:
    folder.mkdir(parents=True)
    for seed, name, shift in ((1, "before", 0.0), (2, "now", 0.5)):
        blocks = [
            columns(min(BLOCK, rows - start), seed * 1_000 + start // BLOCK, shift) for start in range(0, rows, BLOCK)
        ]
        pl.concat(blocks).write_parquet(folder / f"{name}.parquet")
    columns(10_000, 7, 0.5).write_parquet(folder / "window.parquet")
    return folder


def size(folder: Path) -> int:
    return sum((folder / f"{name}.parquet").stat().st_size for name in ("before", "now"))


def ours(folder: Path) -> Cost:
    cost = look(folder, "now.parquet", "")
    told("ours", cost)
    answer = msgspec.json.decode((folder / "answer.json").read_bytes(), type=LookAnswer)
    assert answer.found is not None, answer.refusal
    (signal,) = answer.found.signals
    drifted = sorted(feature.feature for feature in signal.features if feature.contribution)
    print(f"  {signal.reason} All: {', '.join(drifted)}")
    return cost


def incremental(folder: Path) -> None:
    told("ours, 10,000 rows, first look", look(folder, "window.parquet", str(folder / "kept")))
    told("ours, 10,000 rows, later look", look(folder, "window.parquet", str(folder / "kept")))


def look(folder: Path, window: str, summaries: str) -> Cost:
    order = LookOrder(
        baseline=Rows(files=(str(folder / "before.parquet"),)),
        current=Rows(files=(str(folder / window),)),
        signals=(SignalSettings(name="drift", kind="data_drift"),),
        summaries=summaries,
        answer=str(folder / "answer.json"),
    )
    (folder / "order.json").write_bytes(msgspec.json.encode(order))
    return measured([sys.executable, "-m", "mlops.stats.look", str(folder / "order.json")])


def evidently(python: Path, folder: Path, mine: Cost) -> float:
    paths = [str(folder / name) for name in ("before.parquet", "now.parquet", "evidently.json")]
    theirs = measured([str(python), "-c", SCRIPT, *paths])
    told("Evidently", theirs)
    wall = theirs.wall_seconds / mine.wall_seconds
    processor = theirs.processor_seconds / mine.processor_seconds
    print(f"  ours is {wall:.1f} times as fast by the clock, {processor:.1f} times in processor time", flush=True)
    return wall


def measured(command: list[str]) -> Cost:
    """From start to end. The peak is looked at while it runs: what wait4 tells begins with the parent's own."""
    began, peak, ended = time.monotonic(), 0, 0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not ended:
        peak = max(peak, peak_of(process.pid))
        time.sleep(0.02)
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
    if status:
        raise SystemExit(f"{command[:3]} ended with {status}")
    return Cost(time.monotonic() - began, used.ru_utime + used.ru_stime, peak)


def peak_of(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


def told(name: str, cost: Cost) -> None:
    print(
        f"  {name:32}{cost.wall_seconds:9.1f} s{cost.processor_seconds:9.1f} s of processor"
        f"{cost.peak_bytes / 1e6:9,.0f} MB",
        flush=True,
    )


def environment(folder: Path) -> Path:
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *EVIDENTLY], check=True)
    return python


if __name__ == "__main__":
    sys.exit(main())

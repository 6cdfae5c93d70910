"""`python -m tests.benchmarks.explanations [--rows 10000] [--trees 200] [--columns 30] [--rounds 3]`: the explanation
of a boosted model, from the start of its child process to its files, beside the bare call of shap.TreeExplainer on the
same model and rows, from the start of a process to its saved array. One of each in turn; medians.

Prints wall seconds and the ratio; exit status 1 where ours takes more than 1.5 times as long."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import numpy as np
import polars as pl

from mlops.explanations.computing.__main__ import Task
from mlops.formats.explanation import SUMMARY_FILE, ExplainOrder, ExplanationSummary
from mlops.packaging.child import run_module

MOST_RATIO = 1.5
BARE = """
import sys, joblib, numpy as np, polars as pl, shap
model = joblib.load(sys.argv[1])
cells = pl.read_parquet(sys.argv[2]).to_numpy()
np.save(sys.argv[3], shap.TreeExplainer(model).shap_values(cells, check_additivity=True))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--trees", type=int, default=200)
    parser.add_argument("--columns", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlops-explanations-") as temporary:
        folder = Path(temporary)
        _lay_out(folder, rows=asked.rows, trees=asked.trees, columns=asked.columns)
        ours, bare = [], []
        for _round in range(asked.rounds):
            bare.append(_timed(lambda: _bare(folder)))
            ours.append(_timed(lambda: _ours(folder, asked.rows)))
    ratio = statistics.median(ours) / statistics.median(bare)
    print(f"{asked.trees} trees, {asked.columns} columns, {asked.rows:,} rows")
    print(f"shap.TreeExplainer alone  {statistics.median(bare):7.2f} s   {[round(one, 2) for one in bare]}")
    print(f"an explanation, whole     {statistics.median(ours):7.2f} s   {[round(one, 2) for one in ours]}")
    print(f"ratio                     {ratio:7.2f}   at most {MOST_RATIO}")
    return int(ratio > MOST_RATIO)


def _lay_out(folder: Path, *, rows: int, trees: int, columns: int) -> None:
    import joblib
    from lightgbm import LGBMRegressor

    random = np.random.default_rng(7)
    cells = random.normal(size=(rows, columns))
    truth = cells[:, 0] * 3 + cells[:, 1] * cells[:, 2] + np.sin(cells[:, 3]) + random.normal(0, 0.1, rows)
    model = LGBMRegressor(n_estimators=trees, verbose=-1).fit(cells, truth)
    (folder / "model").mkdir()
    joblib.dump(model, folder / "model" / "model.joblib")
    names = list(model.feature_name_)
    pl.DataFrame({name: cells[:, place] for place, name in enumerate(names)}).write_parquet(folder / "rows.parquet")
    order = ExplainOrder(rows=rows, dependence=6)
    (folder / "task.json").write_bytes(msgspec.json.encode(Task(order=order, source="rows")))


def _bare(folder: Path) -> None:
    words = [folder / "model" / "model.joblib", folder / "rows.parquet", folder / "bare.npy"]
    subprocess.run([sys.executable, "-c", BARE, *map(str, words)], check=True, capture_output=True)


def _ours(folder: Path, rows: int) -> None:
    out = folder / "out"
    out.mkdir(exist_ok=True)
    words = ["--folder", str(folder), "--out", str(out)]
    ended = run_module("mlops.explanations.computing", words, folder=folder, seconds=600, writes=[out])
    assert ended.status == 0, ended.said
    summary = msgspec.json.decode((out / SUMMARY_FILE).read_bytes(), type=ExplanationSummary)
    assert summary.kind == "tree"
    assert summary.rows == rows


def _timed(call: object) -> float:
    began = time.perf_counter()
    call()  # type: ignore[operator]
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())

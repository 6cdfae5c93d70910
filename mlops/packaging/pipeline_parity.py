"""`python -m mlops.packaging.pipeline_parity --folder DIR`: does a packaged inference pipeline answer as the runs did?

In the folder: `package/` (the model), `request/` and `response/` (tables of the inference pipeline's own run), and
where held-out rows can be followed `data/` (the dataset), `scored_from/` (the table that the training run scored) and
`scored/` (its scores). Writes `report.json`. Opens pickles: for child processes only.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl

from mlops.formats.inference import PipelineParity
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.formats.transform import Replay
from mlops.packaging.limits import within_limits

REPORT_FILE = "report.json"
TOLERANCE = 1e-6
MOST_HELD_OUT, SINGLE_ROWS = 10_000, 20


def compare(folder: Path) -> PipelineParity:
    from mlops.blocks.scoring import load_model
    from mlops.blocks.values import read_table

    model = load_model(folder / "package")
    request, response = read_table(folder / "request").frame, read_table(folder / "response").frame
    try:
        request, refused = _answerable(model, request)
        found = [_difference(model.score(request), response)]
        for place in _spread(request.height):
            found.append(_difference(model.score(request[[place]]), response[[place]]))
        held_out, missing = _held_out(folder)
        if held_out is not None:
            rows, scored = held_out
            found.append(_difference(model.score(rows), scored))
    except Refusal as refusal:
        where = f" (step “{refusal.where.node}”)" if refusal.where.node else ""
        return _report(False, f"It does not answer rows of its own sample{where}: {refusal.message}", request, None)
    worst = max(found, default=0.0)
    rows_held = held_out[0] if held_out is not None else None
    if worst > TOLERANCE:
        reason = _(
            "Its answers differ from what the runs computed, by up to %(worst)s of the largest "
            "value. A step treats rows together, or the inference pipeline was changed so that "
            "it computes something else."
        ) % {"worst": f"{worst:.2g}"}
        return _report(False, reason, request, rows_held, worst=worst, missing=missing)
    told = f"{request.height:,} rows of the sample are answered as in the run, together and one by one"
    if refused:
        told += f" ({refused:,} with missing values are refused, as the training left such rows out)"
    if rows_held is not None:
        told += f", and {rows_held.height:,} rows of the dataset as the training run scored them"
    return _report(True, f"{told}.", request, rows_held, worst=worst, missing=missing)


def _answerable(model: Any, request: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """The rows of the sample without those that are refused for a missing value, and how many these are.

    Raises Refusal for any other reason, and where no row is left."""
    refused = 0
    while True:
        try:
            model.score(request)
        except Refusal as refusal:
            row = refusal.where.row
            if refusal.code != "missing_value" or row is None or request.height <= 1:
                raise
            request = request.filter(pl.int_range(pl.len()) != row)
            refused += 1
        else:
            return request, refused


def _spread(height: int) -> list[int]:
    return sorted({int(place) for place in np.linspace(0, height - 1, SINGLE_ROWS)}) if height else []


def _held_out(folder: Path) -> tuple[tuple[pl.DataFrame, pl.DataFrame] | None, str]:
    """Rows of the dataset with the scores that the training run gave them; or why there are none."""
    from mlops.blocks.values import read_table

    if not (folder / "scored").is_dir():
        return None, "The model was not scored by a step of the run that trained it."
    table = read_table(folder / "scored_from")
    if table.origin is None:
        return None, table.meta.broken or "The scored rows cannot be followed back to the dataset."
    if any(isinstance(step, Replay) and step.out_of_fold for step in table.meta.recipe):
        return None, "The training run scored out-of-fold values, which differ from those of requests on purpose."
    scored = read_table(folder / "scored")
    names = [column.name for column in scored.schema.columns if column.role.startswith("scored_")]
    kept = min(table.frame.height, MOST_HELD_OUT)
    rows = read_table(folder / "data").frame[table.origin.head(kept)]
    return (rows, scored.frame.select(names).head(kept)), ""


def _difference(answered: pl.DataFrame, expected: pl.DataFrame) -> float:
    """Over the expected columns; infinite where one is absent or a text differs."""
    worst = 0.0
    for name in expected.columns:
        if name not in answered.columns:
            return float("inf")
        left, right = answered[name], expected[name]
        if not right.dtype.is_numeric():
            if not left.cast(pl.String).equals(right.cast(pl.String), null_equal=True):
                return float("inf")
            continue
        ours, theirs = (one.cast(pl.Float64).fill_null(float("nan")).to_numpy() for one in (left, right))
        if not np.array_equal(np.isnan(ours), np.isnan(theirs)):
            return float("inf")
        scale = max(float(np.nanmax(np.abs(theirs), initial=0.0)), 1e-12)
        worst = max(worst, float(np.nanmax(np.abs(ours - theirs), initial=0.0)) / scale)
    return worst


def _report(
    accepted: bool,
    reason: str,
    request: pl.DataFrame,
    held_out: pl.DataFrame | None,
    *,
    worst: float = 0.0,
    missing: str = "",
) -> PipelineParity:
    return PipelineParity(
        accepted=accepted,
        reason=reason,
        sample_rows=request.height,
        held_out_rows=0 if held_out is None else held_out.height,
        max_difference=min(worst, 1e300),
        not_compared=missing,
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="mlops.packaging.pipeline_parity")
    parser.add_argument("--folder", required=True, type=Path)
    folder: Path = parser.parse_args().folder
    within_limits()
    (folder / REPORT_FILE).write_bytes(msgspec.json.encode(compare(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

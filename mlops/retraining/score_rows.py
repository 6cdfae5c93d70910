"""`python -m mlops.retraining.score_rows --model DIR --rows FILE --out DIR`: what one model says of the rows.

It opens pickles: for child processes only. Writes `scores.parquet` (score columns by row) and `side.json`; with
`--onnx FILE` the time of single rows is that of the ONNX form, which would serve."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
from django.utils.translation import gettext as _

from mlops.formats.evidence import SideFound
from mlops.formats.model import MANIFEST_FILE
from mlops.formats.refusal import Refusal
from mlops.packaging.limits import within_limits
from mlops.packaging.parity import Scorer
from mlops.retraining.orders import ROW, SCORES_FILE, SIDE_FILE

FINEST = 512
"""Rows that are refused are found down to this part of all rows; a refused part counts as refused."""
TIMED_ROWS = 100
TIMED_SECONDS = 10.0
FOR_ALL_ROWS = ("missing_column", "model_broken")


def scored(folder: Path, rows: pl.DataFrame, *, onnx: Path | None = None) -> tuple[pl.DataFrame, SideFound]:
    """Raises Refusal where the model does not open or answers none of the rows."""
    model = _opened(folder)
    least = max(1, rows.height // FINEST)
    refusals: list[Refusal] = []
    parts = _answered(model, rows, least=least, refusals=refusals)
    if not parts:
        raise refusals[0] if refusals else Refusal("no_rows", _("There are no rows to ask the model about."))
    scores = pl.concat(parts)
    call, form = _single(model, rows.filter(pl.col(ROW).is_in(scores[ROW].head(TIMED_ROWS).implode())), onnx)
    times = _timed(call)
    manifest = model.manifest
    return scores, SideFound(
        label="",
        tree="",
        rows=scores.height,
        refused=rows.height - scores.height,
        milliseconds=statistics.median(times),
        milliseconds_p95=sorted(times)[int(0.95 * (len(times) - 1))],
        form=form,  # type: ignore[arg-type]
        task=manifest.task,
        label_column=manifest.label,
        classes=manifest.classes,
    )


def _opened(folder: Path) -> Scorer:
    if (folder / MANIFEST_FILE).is_file():
        from mlops.blocks.scoring import load_model

        return load_model(folder)
    from mlops.packaging.external.original import open_original
    from mlops.packaging.external.sources import find_source

    return open_original(find_source(folder), [])


def _answered(model: Scorer, rows: pl.DataFrame, *, least: int, refusals: list[Refusal]) -> list[pl.DataFrame]:
    if rows.is_empty():
        return []
    try:
        return [model.score(rows.drop(ROW)).with_columns(rows[ROW])]
    except Refusal as refusal:
        refusals.append(refusal)
        if rows.height <= least or refusal.code in FOR_ALL_ROWS:
            return []
    half = rows.height // 2
    halves = (rows[:half], rows[half:])
    return [part for each in halves for part in _answered(model, each, least=least, refusals=refusals)]


def _single(model: Scorer, rows: pl.DataFrame, onnx: Path | None) -> tuple[Callable[[int], Any], str]:
    """Asks for one of the rows, as a server would."""
    rows = rows.drop(ROW)
    if onnx is None:
        return lambda place: model.score(rows[place % rows.height]), "original"
    from mlops.packaging.onnx_session import CompiledModel
    from mlops.packaging.requests import DTYPES

    signature = model.manifest.signature
    compiled = CompiledModel(onnx.read_bytes(), signature)
    absent = [pl.lit(None).alias(field.name) for field in signature.inputs if field.name not in rows.columns]
    typed = rows.with_columns(absent).select(
        pl.col(field.name).cast(DTYPES[field.type], strict=False) for field in signature.inputs
    )
    columns = typed.to_dict(as_series=False)

    def asked(place: int) -> Any:
        place %= rows.height
        return compiled.run({name: values[place : place + 1] for name, values in columns.items()})

    return asked, "onnx"


def _timed(call: Callable[[int], Any]) -> list[float]:
    """Milliseconds of single calls; the first few warm up."""
    for place in range(3):
        call(place)
    times, end = [], time.monotonic() + TIMED_SECONDS
    for place in range(TIMED_ROWS):
        began = time.perf_counter()
        call(place)
        times.append(1000 * (time.perf_counter() - began))
        if time.monotonic() > end:
            break
    return times


def main() -> int:
    parser = argparse.ArgumentParser(prog="mlops.retraining.score_rows")
    parser.add_argument("--model", required=True, type=Path)
    parser.add_argument("--rows", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--onnx", default=None, type=Path)
    arguments = parser.parse_args()
    within_limits()
    arguments.out.mkdir(parents=True, exist_ok=True)
    try:
        scores, side = scored(arguments.model, pl.read_parquet(arguments.rows), onnx=arguments.onnx)
        scores.write_parquet(arguments.out / SCORES_FILE)
    except Refusal as refusal:
        side = SideFound(label="", tree="", problem=refusal.message, hint=refusal.hint)
    (arguments.out / SIDE_FILE).write_bytes(msgspec.json.encode(side))
    return 0


if __name__ == "__main__":
    sys.exit(main())

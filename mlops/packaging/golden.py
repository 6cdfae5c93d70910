"""Records requests that the original model answered, which a server must answer alike before it gets traffic.

`python -m mlops.packaging.golden --model DIR --out FILE` writes them as JSON. For child processes only.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl

from mlops.blocks.score_columns import label_name
from mlops.formats.model import ModelManifest
from mlops.formats.refusal import Refusal
from mlops.formats.serving import GoldenRequest
from mlops.packaging.limits import within_limits
from mlops.packaging.onnx_graph import read_manifest
from mlops.packaging.parity import Scorer, unit_of
from mlops.packaging.requests import reference_rows

ROWS = 3
NUMBERS = ("regression", "recommendation", "quantile", "clustering")
"""Tasks whose scores are numbers without a threshold."""
LOOKED_AT = 200
CLEAR_LEAD = 0.02


def record_requests(folder: Path, *, tolerance: float = 1e-4) -> tuple[GoldenRequest, ...]:
    """Of a model that was trained here."""
    from mlops.blocks.scoring import load_model

    manifest = read_manifest(folder)
    return recorded(load_model(folder), reference_rows(folder, manifest.signature), tolerance=tolerance)


def recorded(original: Scorer, rows: pl.DataFrame, *, tolerance: float = 1e-4) -> tuple[GoldenRequest, ...]:
    """One request of up to three rows whose label is no matter of rounding. Empty where the model refuses all."""
    manifest, rows = original.manifest, rows.head(LOOKED_AT)
    try:
        answers = original.score(rows)
    except Refusal:
        return ()
    chosen = _clear(answers, manifest)[:ROWS]
    numbers = answers.select(pl.selectors.float()).to_numpy()
    unit = unit_of(numbers, manifest) if manifest.task in NUMBERS else 1.0
    return (
        GoldenRequest(
            rows=tuple(_plain(row) for row in rows[chosen].to_dicts()),
            predictions=tuple(_plain(row) for row in answers[chosen].to_dicts()),
            tolerance=tolerance * max(1.0, unit),
        ),
    )


def _clear(answers: pl.DataFrame, manifest: ModelManifest) -> list[int]:
    if manifest.task in NUMBERS:
        return list(range(answers.height))
    scores = answers.drop(label_name(manifest.task)).to_numpy()
    if scores.shape[1] == 1:
        lead = np.abs(scores[:, 0] - 0.5) * 2
    else:
        ordered = np.sort(scores, axis=1)
        lead = ordered[:, -1] - ordered[:, -2]
    return [int(place) for place in np.flatnonzero(lead > CLEAR_LEAD)] or [int(lead.argmax())]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


def main() -> int:
    parser = argparse.ArgumentParser(prog="mlops.packaging.golden")
    parser.add_argument("--model", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    arguments = parser.parse_args()
    within_limits()
    arguments.out.write_bytes(msgspec.json.encode(record_requests(arguments.model)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

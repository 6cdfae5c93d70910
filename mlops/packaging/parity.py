"""Compares the ONNX form with the original on reference and edge rows, and measures both. For child processes only."""

from __future__ import annotations

import contextlib
import os
import platform
import statistics
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from mlops.blocks.score_columns import number_names
from mlops.formats.model import ModelManifest, ParityCertificate
from mlops.formats.refusal import Refusal
from mlops.packaging.onnx_composed import OPSET
from mlops.packaging.onnx_graph import LABELS, PROBABILITIES, SCORES, read_manifest
from mlops.packaging.onnx_session import CompiledModel
from mlops.packaging.requests import edge_rows, reference_rows

INCOMPARABLE = 1e9
"""The difference where one of the two gives no number."""
SINGLE_ROUNDS, BATCH_ROUNDS = 25, 7
LIBRARIES = ("onnx", "onnxruntime", "skl2onnx", "onnxmltools", "scikit-learn", "lightgbm", "polars", "numpy")

UNITLESS = ("two_class", "multiclass", "anomaly")
"""Tasks whose scores are probabilities, or alike; others are measured by their spread."""

Scores = Any
"""numpy float64 [rows, numbers] as `number_names` names them: predictions, probabilities, quantiles, distances."""


def certify(folder: Path, content: bytes, *, tolerance: float) -> ParityCertificate:
    """The certificate of `content` (the ONNX file) against the model in `folder`."""
    from mlops.blocks.scoring import load_model

    manifest = read_manifest(folder)
    original, compiled = load_model(folder), CompiledModel(content, manifest.signature)
    reference = _answerable(original, reference_rows(folder, manifest.signature))
    rows = pl.concat([reference, _answerable(original, edge_rows(manifest.signature))])
    if rows.is_empty():
        raise Refusal("no_rows_to_compare", "The original model answers none of its reference rows.", status=422)
    expected = _original_scores(original, rows, manifest)
    found = _onnx_scores(compiled, rows, manifest)
    differences = _differences(expected, found) / unit_of(expected, manifest)
    over = differences > tolerance
    worst = int(differences.argmax())
    return ParityCertificate(
        accepted=not over.any(),
        reason=_reason(differences, tolerance=tolerance, probabilities=manifest.task in UNITLESS),
        rows=rows.height,
        tolerance=tolerance,
        max_difference=float(differences[worst]),
        mean_difference=float(differences.mean()),
        share_over_tolerance=float(over.mean()),
        label_flips=int((_places(expected, manifest.task) != _places(found, manifest.task)).sum()),
        worst_row=worst,
        opset=OPSET,
        onnx_bytes=len(content),
        machine=f"{platform.machine()}, {os.cpu_count()} cores, one thread each",
        versions=_versions(),
        **_speed(original, compiled, reference if reference.height else rows),
    )


def unit_of(scores: Scores, manifest: ModelManifest) -> float:
    """What a difference of 1 is measured in: 1 for probabilities, else the spread of the predictions."""
    if manifest.task in UNITLESS:
        return 1.0
    spread = float(np.nanstd(scores))
    return spread if np.isfinite(spread) and spread > 0 else 1.0


def _answerable(original: Any, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that the original answers. Others it refuses; a server refuses them before it asks either form."""
    if _answers(original, rows):
        return rows
    return rows[[place for place in range(rows.height) if _answers(original, rows.slice(place, 1))]]


def _answers(original: Any, rows: pl.DataFrame) -> bool:
    try:
        original.score(rows)
    except Refusal:
        return False
    return True


def _original_scores(original: Any, rows: pl.DataFrame, manifest: ModelManifest) -> Scores:
    answer = original.score(rows)
    return answer.select(number_names(manifest.task, manifest.classes)).cast(pl.Float64).to_numpy()


def _onnx_scores(compiled: CompiledModel, rows: pl.DataFrame, manifest: ModelManifest) -> Scores:
    """In the columns of the original: of two classes, the second's probability alone."""
    outputs = compiled.run(rows.to_dict(as_series=False))
    if manifest.task == "regression":
        return outputs[LABELS].astype(np.float64)
    if manifest.task in ("two_class", "multiclass"):
        probabilities = outputs[PROBABILITIES].astype(np.float64)
        return probabilities[:, 1:] if manifest.task == "two_class" else probabilities
    return outputs[SCORES].astype(np.float64)


def _places(scores: Scores, task: str) -> Any:
    """The number of the predicted class or cluster; 0 where a number is predicted."""
    if task in ("two_class", "anomaly"):
        return scores[:, 0] > 0.5
    if task == "multiclass":
        return scores.argmax(axis=1)
    return scores.argmin(axis=1) if task == "clustering" else np.zeros(scores.shape[0])


def _differences(expected: Scores, found: Scores) -> Scores:
    """The largest difference of each row. Two missing scores agree; one alone is as different as can be."""
    both = np.isnan(expected) & np.isnan(found)
    apart = np.where(both, 0.0, np.abs(expected - found))
    return np.nan_to_num(apart, nan=INCOMPARABLE, posinf=INCOMPARABLE).max(axis=1)


def _reason(differences: Scores, *, tolerance: float, probabilities: bool) -> str:
    what = "probabilities" if probabilities else "predictions (in units of their standard deviation)"
    largest, share = float(differences.max()), float((differences > tolerance).mean())
    if not share:
        return f"On {differences.size:,} rows the {what} differ by at most {largest:.1e}; allowed is {tolerance:g}."
    return (
        f"On {share:.1%} of {differences.size:,} rows the {what} differ by more than {tolerance:g}; "
        f"the most is {largest:.2g}."
    )


def _speed(original: Any, compiled: CompiledModel, rows: pl.DataFrame) -> dict[str, Any]:
    """Medians of interleaved calls, both from plain Python columns as a server has them."""
    single = _medians(original, compiled, rows.head(1), rounds=SINGLE_ROUNDS)
    batch = _medians(original, compiled, rows, rounds=BATCH_ROUNDS)
    return {
        "original_ms_per_row": single[0],
        "onnx_ms_per_row": single[1],
        "original_ms_per_batch": batch[0],
        "onnx_ms_per_batch": batch[1],
        "batch_rows": rows.height,
        "speed_up_single": single[0] / single[1],
        "speed_up_batch": batch[0] / batch[1],
    }


def _medians(original: Any, compiled: CompiledModel, rows: pl.DataFrame, *, rounds: int) -> tuple[float, float]:
    columns, schema = rows.to_dict(as_series=False), rows.schema
    calls: tuple[Callable[[], Any], Callable[[], Any]] = (
        lambda: original.score(pl.DataFrame(columns, schema=schema)).to_dict(as_series=False),
        lambda: {name: values.tolist() for name, values in compiled.run(columns).items()},
    )
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for call, taken in zip(calls, times, strict=True):
            began = time.perf_counter()
            call()
            if number:
                taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found

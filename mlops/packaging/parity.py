"""Compares an ONNX form with the original on reference and edge rows, and measures both. For child processes only."""

from __future__ import annotations

import contextlib
import os
import platform
from collections.abc import Iterator
from typing import Any, Protocol

import msgspec
import numpy as np
import polars as pl

from mlops.blocks.score_columns import number_names
from mlops.formats.model import ModelManifest, ParityCertificate, ReferenceSource
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.packaging.machine import versions
from mlops.packaging.onnx_composed import OPSET
from mlops.packaging.onnx_graph import LABELS, PROBABILITIES, SCORES
from mlops.packaging.onnx_session import CompiledModel
from mlops.packaging.parity_slices import worst_slices
from mlops.packaging.parity_speed import in_speeds, measured
from mlops.packaging.requests import edge_rows

INCOMPARABLE = 1e9
"""The difference where one of the two gives no number."""
LIBRARIES = (
    "onnx",
    "onnxruntime",
    "skl2onnx",
    "onnxmltools",
    "scikit-learn",
    "lightgbm",
    "xgboost-cpu",
    "polars",
    "numpy",
)

UNITLESS = ("two_class", "multiclass", "anomaly")
"""Tasks whose scores are probabilities, or alike; others are measured by their spread."""

Scores = Any
"""numpy float64 [rows, numbers] as `number_names` names them: predictions, probabilities, quantiles, distances."""


class Scorer(Protocol):
    """The original. `score` raises Refusal for rows that it does not take."""

    @property
    def manifest(self) -> ModelManifest: ...

    def score(self, frame: pl.DataFrame) -> pl.DataFrame: ...


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """Rows to compare on, and where they come from."""

    rows: Any
    source: ReferenceSource
    told: str = ""


def certify(
    original: Scorer,
    content: bytes,
    *,
    reference: Reference,
    tolerance: float,
    before: bytes | None = None,
    **said: Any,
) -> ParityCertificate:
    """The certificate of `content` (the ONNX file) against the original. `before`: the form that it was made of."""
    manifest = original.manifest
    compiled = CompiledModel(content, manifest.signature)
    real, refused_of_real = _split(original, reference.rows)
    edges, refused_of_edges = _split(original, edge_rows(manifest.signature))
    rows, refused = pl.concat([real, edges]), pl.concat([refused_of_real, refused_of_edges])
    if rows.is_empty():
        raise _nothing_answered(original, reference.rows)
    expected = _original_scores(original, rows)
    found, problem = _onnx_scores(compiled, rows, manifest)
    differences = _differences(expected, found) / unit_of(expected, manifest)
    over = differences > tolerance
    flips = _places(expected, manifest.task) != _places(found, manifest.task)
    worst = int(differences.argmax())
    speeds = measured(original, compiled, real if real.height else rows, before=before)
    told = _reason(differences, tolerance=tolerance, probabilities=manifest.task in UNITLESS)
    return ParityCertificate(
        accepted=not over.any(),
        reason=f"{told} {problem}".strip(),
        rows=rows.height,
        tolerance=tolerance,
        max_difference=float(differences[worst]),
        mean_difference=float(differences.mean()),
        share_over_tolerance=float(over.mean()),
        label_flips=int(flips.sum()),
        worst_row=worst,
        opset=OPSET,
        onnx_bytes=len(content),
        machine=f"{platform.machine()}, {os.cpu_count()} cores, one thread each",
        versions=versions(LIBRARIES),
        reference=reference.source,
        reference_told=reference.told,
        slices=worst_slices(rows, manifest.signature, differences, flips, tolerance=tolerance),
        speeds=speeds,
        not_compared=refused.height,
        notes=tuple(_notes(original, compiled, refused)),
        before_bytes=len(before) if before is not None else None,
        dtypes=compiled.dtypes(),
        **in_speeds(speeds),
        **said,
    )


def unit_of(scores: Scores, manifest: ModelManifest) -> float:
    """What a difference of 1 is measured in: 1 for probabilities, else the spread of the predictions."""
    if manifest.task in UNITLESS:
        return 1.0
    spread = float(np.nanstd(scores))
    return spread if np.isfinite(spread) and spread > 0 else 1.0


def _split(original: Scorer, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows that the original answers, and those that it refuses."""
    if _answers(original, rows):
        return rows, rows.clear()
    if rows.height == 1:
        return rows.clear(), rows
    half = rows.height // 2
    parts = [_split(original, part) for part in (rows[:half], rows[half:])]
    return pl.concat([answered for answered, _ in parts]), pl.concat([refused for _, refused in parts])


def _answers(original: Scorer, rows: pl.DataFrame) -> bool:
    if rows.is_empty():
        return True
    try:
        original.score(rows)
    except Refusal:
        return False
    return True


def _nothing_answered(original: Scorer, rows: pl.DataFrame) -> Refusal:
    why = ""
    try:
        original.score(rows.head(1))
    except Refusal as refusal:
        why = f" {refusal.message}"
    return Refusal(
        "no_rows_to_compare",
        _("The original model answers none of the rows to compare on.%(why)s") % {"why": why},
        hint=_("Name a dataset with rows that it answers, or register the model with a signature."),
        status=422,
    )


def _notes(original: Scorer, compiled: CompiledModel, refused: pl.DataFrame) -> Iterator[str]:
    """What the ONNX form does with rows that the original refuses."""
    if refused.is_empty():
        return
    columns = refused.to_dict(as_series=False)
    answered = 0
    for place in range(refused.height):
        with contextlib.suppress(Exception):
            compiled.run({name: values[place : place + 1] for name, values in columns.items()})
            answered += 1
    try:
        original.score(refused.head(1))
    except Refusal as refusal:
        yield (
            f"The original refuses {refused.height:,} of the rows ({refusal.message.rstrip('.')}). "
            f"The ONNX form answers {answered:,} of these."
        )


def _original_scores(original: Scorer, rows: pl.DataFrame) -> Scores:
    manifest = original.manifest
    answer = original.score(rows)
    return answer.select(number_names(manifest.task, manifest.classes)).cast(pl.Float64).to_numpy()


def _onnx_scores(compiled: CompiledModel, rows: pl.DataFrame, manifest: ModelManifest) -> tuple[Scores, str]:
    """In the columns of the original: of two classes, the second's probability alone. Rows on which the ONNX form
    fails have no numbers; the first failure is told."""
    columns = rows.to_dict(as_series=False)
    try:
        return _numbers(compiled.run(columns), manifest), ""
    except Exception as error:  # onnxruntime has a class for each of its faults
        told = f"The ONNX form fails on some rows ({str(error).strip().splitlines()[0][:200]})."
    width = len(number_names(manifest.task, manifest.classes))
    found = np.full((rows.height, width), np.nan)
    for place in range(rows.height):
        one = {name: values[place : place + 1] for name, values in columns.items()}
        with contextlib.suppress(Exception):
            found[place] = _numbers(compiled.run(one), manifest)
    return found, told


def _numbers(outputs: dict[str, Any], manifest: ModelManifest) -> Scores:
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
        return np.nan_to_num(scores, nan=-1).argmax(axis=1)
    return np.nan_to_num(scores, nan=np.inf).argmin(axis=1) if task == "clustering" else np.zeros(scores.shape[0])


def _differences(expected: Scores, found: Scores) -> Scores:
    """The largest difference of each row. Two missing scores agree; one alone is as different as can be."""
    both = np.isnan(expected) & np.isnan(found)
    apart = np.where(both, 0.0, np.abs(expected - found))
    return np.nan_to_num(apart, nan=INCOMPARABLE, posinf=INCOMPARABLE).max(axis=1)


def _reason(differences: Scores, *, tolerance: float, probabilities: bool) -> str:
    largest, share = float(differences.max()), float((differences > tolerance).mean())
    facts = {
        "height": f"{differences.size:,}",
        "share": f"{share:.1%}",
        "most": f"{largest:.2g}" if share else f"{largest:.1e}",
        "tolerance": f"{tolerance:g}",
    }
    if not share and probabilities:
        said = _("On %(height)s rows the probabilities differ by at most %(most)s; allowed is %(tolerance)s.")
    elif not share:
        said = _(
            "On %(height)s rows the predictions (in units of their standard deviation) differ by at most %(most)s;"
            " allowed is %(tolerance)s."
        )
    elif probabilities:
        said = _("On %(share)s of %(height)s rows the probabilities differ by more than %(tolerance)s.")
    else:
        said = _(
            "On %(share)s of %(height)s rows the predictions (in units of their standard deviation) differ by more"
            " than %(tolerance)s."
        )
    told = said % facts
    if share and largest >= INCOMPARABLE:
        return f"{told} {_('On some of them only one of the two gives a number.')}"
    return f"{told} {_('The most is %(most)s.') % facts}" if share else told

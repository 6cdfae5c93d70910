"""One explanation from model and rows to the files that are kept."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl

from mlops.explanations.computing import choosing, dependence, fairness, shuffling
from mlops.explanations.computing.found import Found
from mlops.explanations.computing.model import OpenModel, open_model
from mlops.explanations.computing.sampling import Sample, background_of, drawn
from mlops.formats.explanation import (
    BACKGROUND_FILE,
    BASE,
    CONTRIBUTIONS_FILE,
    DEPENDENCE_FILE,
    FAIRNESS_FILE,
    OUTPUT,
    ROW,
    ROWS_FILE,
    SUM,
    SUMMARY_FILE,
    Additivity,
    Cost,
    ExplainOrder,
    ExplanationSummary,
    Weight,
)
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.packaging.machine import machine, versions

LIBRARIES = ("shap", "lightgbm", "xgboost-cpu", "scikit-learn", "fairlearn", "polars", "numpy", "onnxruntime", "torch")
Tell = Callable[[float, str], None]
"""Share of the work, and what is being done."""
MOST_SCORED = 10_000_000


def explain(
    folder: Path,
    out: Path,
    *,
    order: ExplainOrder,
    data: Path | None,
    source: str,
    tell: Tell,
    only: Sequence[int] | None = None,
) -> None:
    """Writes the files of an explanation to `out`. `data`: Parquet; None: the rows that the model carries. `only`:
    numbers of the rows of the data that are meant."""
    began = time.monotonic()
    tell(0.02, "Opening the model.")
    model = open_model(folder)
    frame, source = _data(model, data, source)
    tell(0.08, "Drawing rows.")
    sample = drawn(model, frame, most=order.rows, seed=order.seed, only=only)
    label = _label(model, order, sample.frame)
    truth = sample.frame[label] if label else None
    background = background_of(sample, most=_background_rows(model, order), seed=order.seed)
    deadline = began + order.budget_seconds
    if order.kind == "shuffling":
        summary = _shuffled(model, order, sample, truth, deadline=deadline, tell=tell)
    else:
        tell(0.1, "Explaining.")
        found = choosing.explained(
            choosing.Asked(
                model=model,
                order=order,
                sample=sample,
                background=background,
                deadline=deadline,
                tell=lambda share: tell(0.1 + 0.6 * share, "Explaining."),
            )
        )
        count = len(found.values)
        sample = replace(
            sample, frame=sample.frame.head(count), rows=sample.rows.head(count), numbers=sample.numbers[:count]
        )
        summary = _summary(model, order, sample, found)
        _write_contributions(out, model, sample, found)
    tell(0.72, "Following single columns.")
    _write_dependence(out, model, order, sample, summary, lambda share: tell(0.72 + 0.2 * share, "Following columns."))
    if order.fairness:
        tell(0.93, "Comparing groups.")
        told = fairness.slices(model, sample.frame, model.numbers(sample.rows), truth, order.fairness)
        (out / FAIRNESS_FILE).write_bytes(msgspec.json.encode(told))
    _write_rows(out, model, sample, truth)
    background.write_parquet(out / BACKGROUND_FILE)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    cost = Cost(seconds=time.monotonic() - began, peak_bytes=peak)
    summary = msgspec.structs.replace(
        summary,
        source=source,
        sampling=sample.told(order.seed),
        background=background.height,
        label=label,
        cost=cost,
        versions=versions(LIBRARIES),
        machine=machine(),
    )
    (out / SUMMARY_FILE).write_bytes(msgspec.json.encode(summary))


@dataclass(frozen=True, kw_only=True)
class _Usual:
    """What every summary says before its cost is known."""

    model: OpenModel
    order: ExplainOrder
    sample: Sample

    def summary(self, **more: object) -> ExplanationSummary:
        usual = {
            "task": self.model.task,
            "outputs": self.model.outputs,
            "rows": len(self.sample.numbers),
            "total_rows": self.sample.total,
            "background": 0,
            "seed": self.order.seed,
            "sampling": "",
            "source": "",
            "cost": Cost(seconds=0.0, peak_bytes=0),
        }
        return ExplanationSummary(**{**usual, **more})  # type: ignore[arg-type]


def _data(model: OpenModel, data: Path | None, source: str) -> tuple[pl.DataFrame, str]:
    if data is not None:
        return pl.read_parquet(data), source
    if model.sample is None:
        raise Refusal(
            "no_rows",
            _("The model carries no rows of its training data."),
            hint=_("Name a dataset whose rows are explained."),
            status=422,
            where=Where(parameter="data"),
        )
    return model.sample, f"{model.sample.height:,} rows of its training data, which the model carries"


def _background_rows(model: OpenModel, order: ExplainOrder) -> int:
    kind = choosing.usual_kind(model) if order.kind == "auto" else order.kind
    return max(order.background, choosing.LEAST_MEANS) if kind == "linear" else order.background


def _label(model: OpenModel, order: ExplainOrder, frame: pl.DataFrame) -> str:
    """The column with the truth; empty where there is none. Raises Refusal `label_missing`."""
    label = order.label or (model.label if model.label in frame.columns else "")
    if (order.label or order.kind == "shuffling") and label not in frame.columns:
        asked = f"“{order.label}”" if order.label else "with the truth"
        raise Refusal(
            "label_missing",
            _("The data has no column %(asked)s, by which the model could be measured.") % {"asked": asked},
            hint=_("Name the label's column, of: %(names)s.") % {"names": ", ".join(frame.columns[:20])},
            status=422,
            where=Where(parameter="label", value=order.label),
        )
    if label and frame[label].null_count():
        return label if order.label else ""
    return label


def _shuffled(
    model: OpenModel, order: ExplainOrder, sample: Sample, truth: pl.Series | None, *, deadline: float, tell: Tell
) -> ExplanationSummary:
    assert truth is not None
    metric, base, weights = shuffling.importances(
        model,
        sample.rows,
        truth,
        seed=order.seed,
        deadline=deadline,
        tell=lambda share: tell(0.1 + 0.6 * share, "Dealing columns out anew."),
    )
    return _Usual(model=model, order=order, sample=sample).summary(
        kind="shuffling",
        method=f"Permutation importance: by how much the {metric} grows when a column is dealt out anew",
        unit="metric",
        base=(),
        weights=weights,
        metric=metric,
        metric_value=base,
    )


def _summary(model: OpenModel, order: ExplainOrder, sample: Sample, found: Found) -> ExplanationSummary:
    by_output = np.abs(found.values).mean(axis=0)
    mean = found.values.mean(axis=0)
    weights = [
        Weight(
            column=name,
            importance=float(by_output[place].mean()),
            by_output=tuple(by_output[place].tolist()),
            mean=tuple(mean[place].tolist()),
        )
        for place, name in enumerate(model.names)
    ]
    return _Usual(model=model, order=order, sample=sample).summary(
        kind=found.kind,
        method=found.method,
        unit=found.unit,
        base=tuple(found.base.tolist()),
        weights=tuple(sorted(weights, key=lambda one: -one.importance)),
        additivity=_additivity(found),
        fidelity=found.fidelity,
        surrogate=found.surrogate,
        notes=found.notes,
        outputs=model.outputs,
    )


def _additivity(found: Found) -> Additivity:
    gaps = np.abs(found.base + found.values.sum(axis=1) - found.answers)
    largest = float(gaps.max(initial=0.0))
    spread = float(np.nanstd(found.answers)) or 1.0
    allowed = found.tolerance * max(1.0, spread)
    holds = largest <= allowed
    told = (
        f"On each of {len(gaps):,} rows, base and contributions add up to the answer; the largest gap is {largest:.2g}."
        if holds
        else f"Base and contributions miss the answer by up to {largest:.2g} (allowed: {allowed:.2g})."
    )
    return Additivity(holds=holds, largest_gap=largest, tolerance=allowed, told=told)


def _write_contributions(out: Path, model: OpenModel, sample: Sample, found: Found) -> None:
    parts = []
    sums = found.base + found.values.sum(axis=1)
    for place, output in enumerate(model.outputs[: found.values.shape[2]]):
        columns = {name: found.values[:, column, place] for column, name in enumerate(model.names)}
        head = {
            ROW: np.array(sample.numbers, dtype=np.int64),
            OUTPUT: [output] * len(sample.numbers),
            BASE: np.full(len(sample.numbers), found.base[place]),
            SUM: sums[:, place],
        }
        parts.append(_table(head, columns))
    pl.concat(parts).write_parquet(out / CONTRIBUTIONS_FILE)


def _write_rows(out: Path, model: OpenModel, sample: Sample, truth: pl.Series | None) -> None:
    scores = model.answer(sample.rows)
    told = {f"answer: {name}": scores[name] for name in scores.columns}
    if truth is not None:
        told["truth"] = truth
    columns = {name: sample.rows[name] for name in sample.rows.columns}
    _table({ROW: np.array(sample.numbers, dtype=np.int64), **told}, columns).write_parquet(out / ROWS_FILE)


def _table(head: dict[str, Any], columns: Mapping[str, Any]) -> pl.DataFrame:
    """Columns of the dataset are told from ours by `=` before their names."""
    return pl.DataFrame({**head, **{f"={name}": values for name, values in columns.items()}})


def _write_dependence(
    out: Path,
    model: OpenModel,
    order: ExplainOrder,
    sample: Sample,
    summary: ExplanationSummary,
    tell: Callable[[float], None],
) -> None:
    columns = [one.column for one in summary.weights[: order.dependence]]
    found = dependence.dependences(model, sample.rows, sample.numbers, columns, tell=tell)
    (out / DEPENDENCE_FILE).write_bytes(msgspec.json.encode(found))

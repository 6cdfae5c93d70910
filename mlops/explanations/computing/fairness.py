"""How the model does for groups of rows, by fairlearn's MetricFrame: differences and ratios between the groups."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from mlops.explanations.computing.model import Numbers, OpenModel
from mlops.explanations.computing.shuffling import class_places
from mlops.formats.explanation import FairnessSlice, Group
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _
from mlops.stats.groups import group_names

SMALL_ROWS = 30


def slices(
    model: OpenModel, frame: pl.DataFrame, numbers: Numbers, truth: pl.Series | None, columns: tuple[str, ...]
) -> tuple[FairnessSlice, ...]:
    """`frame`: the dataset's columns for the scored rows. Raises Refusal `column_unknown`."""
    for name in columns:
        if name not in frame.columns:
            raise Refusal(
                "column_unknown",
                _("The dataset has no column “%(name)s” whose groups could be compared.") % {"name": name},
                hint=nearest(name, frame.columns)
                or (_("Its columns are: %(names)s.") % {"names": ", ".join(frame.columns[:20])}),
                status=422,
                where=Where(parameter="fairness", column=name),
            )
    return tuple(_slice(model, frame[name], numbers, truth) for name in columns)


def _slice(model: OpenModel, values: pl.Series, numbers: Numbers, truth: pl.Series | None) -> FairnessSlice:
    from fairlearn.metrics import MetricFrame

    groups = group_names(values)
    guessed, real = _labels(model, numbers, truth)
    metrics = _metrics(model, has_truth=truth is not None)
    frame = MetricFrame(metrics=metrics, y_true=real, y_pred=guessed, sensitive_features=groups)
    sizes = {str(name): int((groups == name).sum()) for name in np.unique(groups)}
    large = [name for name, rows in sizes.items() if rows >= SMALL_ROWS]
    told = {name: {metric: _number(frame.by_group[metric][name]) for metric in metrics} for name in sizes}
    notes = []
    small = [name for name in sizes if name not in large]
    if small:
        notes.append(f"Groups of fewer than {SMALL_ROWS} rows are shown, but not compared: chance alone moves them.")
    if len(large) < 2:
        notes.append("There are no two groups that are large enough to be compared.")
    if truth is None:
        notes.append("Without the truth, only the answers are compared: name the column with the label for the rest.")
    compared = {metric: [told[name][metric] for name in large] for metric in metrics}
    return FairnessSlice(
        column=values.name,
        groups=tuple(
            Group(name=name, rows=rows, metrics=told[name], is_small=name in small)
            for name, rows in sorted(sizes.items(), key=lambda one: -one[1])
        ),
        overall={metric: _number(frame.overall[metric]) for metric in metrics},
        differences={metric: _difference(found) for metric, found in compared.items()},
        ratios={metric: _ratio(found) for metric, found in compared.items()},
        notes=tuple(notes),
    )


def _labels(model: OpenModel, numbers: Numbers, truth: pl.Series | None) -> tuple[Any, Any]:
    """What the model answers and what is true: places of classes, or numbers."""
    if model.task in ("two_class", "multiclass", "anomaly", "clustering"):
        guessed = (numbers[:, 0] > 0.5).astype(np.int64) if numbers.shape[1] == 1 else numbers.argmax(axis=1)
        real = class_places(model, truth) if truth is not None and model.classes else guessed
        return guessed, real
    guessed = numbers[:, numbers.shape[1] // 2]
    return guessed, guessed if truth is None else truth.cast(pl.Float64, strict=False).to_numpy()


def _metrics(model: OpenModel, *, has_truth: bool) -> dict[str, Callable[..., Any]]:
    from fairlearn import metrics as fair
    from sklearn import metrics as usual

    if model.task in ("two_class", "anomaly"):
        found: dict[str, Callable[..., Any]] = {"selection rate": fair.selection_rate}
        if has_truth:
            found |= {
                "accuracy": usual.accuracy_score,
                "true positive rate": fair.true_positive_rate,
                "false positive rate": fair.false_positive_rate,
            }
        return found
    if model.task == "multiclass":
        return {"accuracy": usual.accuracy_score} if has_truth else {"mean class": fair.mean_prediction}
    told: dict[str, Callable[..., Any]] = {"mean prediction": fair.mean_prediction}
    if has_truth:
        told |= {"mean absolute error": usual.mean_absolute_error, "mean error": _bias}
    return told


def _bias(real: Any, guessed: Any) -> float:
    return float(np.mean(np.asarray(guessed) - np.asarray(real)))


def _difference(found: list[float | None]) -> float | None:
    known = [one for one in found if one is not None]
    return max(known) - min(known) if len(known) > 1 else None


def _ratio(found: list[float | None]) -> float | None:
    known = [one for one in found if one is not None]
    if len(known) < 2 or min(known) < 0 or not max(known):
        return None
    return min(known) / max(known)


def _number(value: Any) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None

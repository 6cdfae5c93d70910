"""`python -m mlops.retraining.judge_scores --order FILE`: how much better one model's scores are than another's.

By a paired bootstrap on the rows that both answered. For child processes only. Writes `judged.json` beside the order.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist
from typing import Any

import msgspec
import numpy as np
import polars as pl
from django.utils.translation import gettext as _

from mlops.blocks.casting import cast_column
from mlops.blocks.judging import Scores, read_scores
from mlops.blocks.measures import larger_is_better, metric_key
from mlops.blocks.score_columns import score_columns
from mlops.blocks.values import Table
from mlops.formats.evidence import MetricFound, SideFound, SliceFound
from mlops.formats.refusal import Refusal, nearest
from mlops.formats.table import Column, TableSchema
from mlops.formats.transform import TableMeta
from mlops.packaging.limits import within_limits
from mlops.retraining.orders import JUDGED_FILE, ROW, ROWS_FILE, SCORES_FILE, Judged, JudgeOrder
from mlops.stats.bootstrap import PairedDraws, paired_draws
from mlops.stats.histogram import histogram
from mlops.stats.schema import column_type

SLICE_RESAMPLES = 400
"""Enough for a standard error: a slice's bounds are those of a normal distribution."""
PARTS = 4
"""A column of many numbers is cut at its quartiles."""


def judge(order: JudgeOrder) -> Judged:
    """Raises Refusal: label_missing, no_label_here, tasks_differ, and those of `read_scores`."""
    rows = pl.read_parquet(Path(order.folder) / ROWS_FILE)
    if order.label not in rows.columns:
        known = [name for name in rows.columns if name != ROW]
        raise Refusal(
            "label_missing",
            _("The held-out rows have no column “%(label)s” with the truth.") % {"label": order.label}
            if order.label
            else _("No label is named."),
            hint=nearest(order.label, known)
            or _("Name the column with the truth. There are: %(known)s.") % {"known": ", ".join(known[:20])},
        )
    labelled = rows.filter(pl.col(order.label).is_not_null())
    if labelled.is_empty():
        hint = _("Wait for the labels, or compare on other rows.")
        raise Refusal(
            "no_label_here", _("No held-out row has a value in “%(label)s”.") % {"label": order.label}, hint=hint
        )
    sides = [("challenger", order.challenger)] + ([("champion", order.champion)] if order.champion else [])
    both = labelled
    for name, _side in sides:
        answered = pl.read_parquet(Path(order.folder) / name / SCORES_FILE).drop_nulls()
        both = both.filter(pl.col(ROW).is_in(answered[ROW].implode()))
    if both.is_empty():
        raise Refusal(
            "no_common_rows", _("No labelled row was answered by both models."), hint=_("Compare on other rows.")
        )
    read = {name: _scores(order, name, side, both) for name, side in sides}
    challenger, champion = read["challenger"], read.get("champion")
    if champion is not None and champion.task != challenger.task:
        raise Refusal(
            "tasks_differ",
            _("The new model does %(task)s, the old one %(champion_task)s: no metric is common to both.")
            % {"task": challenger.task, "champion_task": champion.task},
            hint=_("Use a policy of its own for the new kind of model."),
        )
    task = str(challenger.task)
    usual = metric_key(task, classification="auc", regression="root_mean_squared_error")
    usual = usual if usual in challenger.metrics() else next(iter(challenger.metrics()), "")
    slices, compared = _slices(order, both, champion, challenger, order.slice_metric or usual)
    return Judged(
        rows=both.height,
        unlabelled=rows.height - labelled.height,
        task=task,
        usual_metric=usual,
        metrics=tuple(_metrics(order, champion, challenger)),
        slices=slices,
        slices_compared=compared,
    )


def _scores(order: JudgeOrder, name: str, side: SideFound, rows: pl.DataFrame) -> Scores:
    """Of the rows in their order: the truth beside what the model said."""
    scores = pl.read_parquet(Path(order.folder) / name / SCORES_FILE)
    truth = rows[order.label]
    label_type = column_type(truth.dtype)
    said = score_columns(side.task, side.classes, label_type=label_type)
    frame = rows.select(ROW).join(scores, on=ROW, how="left", maintain_order="left").drop(ROW)
    columns = [Column(name=TRUTH, type=label_type, role="label"), *(one for one in said if one.name in frame.columns)]
    frame = frame.select([one.name for one in columns[1:]]).insert_column(0, _typed(truth, frame).alias(TRUTH))
    return read_scores(
        Table(frame=frame, meta=TableMeta(schema=TableSchema(columns=tuple(columns)), source=None)), port=name
    )


TRUTH = "the truth"


def _typed(truth: pl.Series, scores: pl.DataFrame) -> pl.Series:
    """As the predicted label is: collected labels may be texts or decimals."""
    predicted = scores.to_series(0).dtype
    if truth.dtype == predicted or predicted.is_float():
        return truth if truth.dtype.is_numeric() else cast_column(truth, "decimal") if predicted.is_float() else truth
    try:
        return cast_column(truth, column_type(predicted))
    except Refusal:
        return truth


def _metrics(order: JudgeOrder, champion: Scores | None, challenger: Scores) -> Iterator[MetricFound]:
    mine = challenger.metrics()
    if champion is None:
        for key, value in mine.items():
            yield MetricFound(metric=key, larger_is_better=larger_is_better(key), challenger=value)
        return
    its = champion.metrics()
    found = paired_draws(
        champion.metrics, challenger.metrics, rows=challenger.rows, resamples=order.resamples, seed=order.seed
    )
    for key in sorted({*mine, *its}):
        sign = 1 if larger_is_better(key) else -1
        drawn = found.get(key)
        bounds = _signed(drawn, sign, order.confidence) if drawn else (None, None)
        yield MetricFound(
            metric=key,
            larger_is_better=larger_is_better(key),
            challenger=mine.get(key),
            champion=its.get(key),
            difference=sign * (mine[key] - its[key]) if key in mine and key in its else None,
            low=bounds[0],
            high=bounds[1],
            draws=histogram(sign * drawn.draws) if drawn else None,
        )


def _signed(drawn: PairedDraws, sign: int, level: float) -> tuple[float, float]:
    low, high = sorted(sign * bound for bound in drawn.interval(level))
    return low, high


def _slices(
    order: JudgeOrder, rows: pl.DataFrame, champion: Scores | None, challenger: Scores, usual: str
) -> tuple[tuple[SliceFound, ...], int]:
    """With how many of them were compared, among which the chance of an error is divided."""
    asked: list[tuple[SliceFound, Any]] = []
    for rule in order.slices:
        metric = rule.metric or usual
        if rule.column not in rows.columns:
            note = f"The held-out rows have no column “{rule.column}”."
            asked.append((SliceFound(column=rule.column, value="", metric=metric, rows=0, note=note), None))
            continue
        for value, places in _parts(rows[rule.column], rule.most_values):
            small = f"Fewer than {rule.least_rows} rows." if places.size < rule.least_rows else ""
            one = SliceFound(column=rule.column, value=value, metric=metric, rows=int(places.size), note=small)
            asked.append((one, None if small else places))
    compared = sum(places is not None for _one, places in asked)
    if champion is None:
        return tuple(one for one, _places in asked), 0
    level = 1 - (1 - order.confidence) / max(compared, 1)
    return tuple(
        one if places is None else _slice(one, places, champion, challenger, level=level, seed=order.seed)
        for one, places in asked
    ), compared


def _slice(
    one: SliceFound, places: Any, champion: Scores, challenger: Scores, *, level: float, seed: int
) -> SliceFound:
    old, new = partial(_of_places, champion, places), partial(_of_places, challenger, places)
    found = paired_draws(old, new, rows=int(places.size), resamples=SLICE_RESAMPLES, seed=seed).get(one.metric)
    if found is None:
        return msgspec.structs.replace(one, note=f"{one.metric} is not defined on these rows.")
    every = np.arange(places.size)
    sign = 1 if larger_is_better(one.metric) else -1
    half = NormalDist().inv_cdf(1 - (1 - level) / 2) * float(found.draws.std(ddof=1))
    difference = sign * found.estimate
    return msgspec.structs.replace(
        one,
        champion=old(every)[one.metric],
        challenger=new(every)[one.metric],
        difference=difference,
        low=difference - half,
        high=difference + half,
    )


def _of_places(scores: Scores, places: Any, rows: Any) -> dict[str, float]:
    return scores.metrics(places[rows])


def _parts(values: pl.Series, most: int) -> Iterator[tuple[str, Any]]:
    """Each value with the places of its rows, the most frequent first; of many numbers the quarters."""
    if (values.dtype.is_numeric() and values.n_unique() > most) or values.dtype.is_temporal():
        numbers = values.to_physical().cast(pl.Float64).to_numpy()
        edges = np.unique(np.nanquantile(numbers, np.linspace(0, 1, PARTS + 1)))
        said = np.sort(values.drop_nulls().to_physical().cast(pl.Float64).to_numpy())
        for place, (low, high) in enumerate(pairwise(edges)):
            inside = (numbers >= low) & ((numbers <= high) if place == len(edges) - 2 else (numbers < high))
            if said.size:
                yield f"{low:.4g} – {high:.4g}", np.flatnonzero(inside)
        return
    counted = values.value_counts(sort=True)
    for value in counted.to_series(0).head(most):
        inside = values.is_null() if value is None else (values == value).fill_null(value=False)
        yield "(missing)" if value is None else str(value), np.flatnonzero(inside.to_numpy())


def main() -> int:
    parser = argparse.ArgumentParser(prog="mlops.retraining.judge_scores")
    parser.add_argument("--order", required=True, type=Path)
    arguments = parser.parse_args()
    within_limits()
    order = msgspec.json.decode(arguments.order.read_bytes(), type=JudgeOrder)
    try:
        found = judge(order)
    except Refusal as refusal:
        found = Judged(problem=refusal.message, hint=refusal.hint)
    (Path(order.folder) / JUDGED_FILE).write_bytes(msgspec.json.encode(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Permutation feature importance: how much worse the model gets when one column is dealt out anew (Breiman, Random
Forests, 2001; Fisher, Rudin and Dominici, 2019, for any model). Of raw columns, through everything behind them."""

from __future__ import annotations

import time

import numpy as np
import polars as pl

from mlops.explanations.computing.model import Numbers, OpenModel
from mlops.explanations.computing.walks import Tell
from mlops.formats.explanation import Weight
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

REPEATS = 5
TINY = 1e-15


def importances(
    model: OpenModel, rows: pl.DataFrame, truth: pl.Series, *, seed: int, deadline: float, tell: Tell
) -> tuple[str, float, tuple[Weight, ...]]:
    """The metric, its value on the rows as they are, and what each column's shuffling costs in it."""
    metric = metric_of(model)
    base = measured(model, model.numbers(rows), truth)
    found = []
    for place, name in enumerate(model.names):
        losses = []
        for repeat in range(REPEATS):
            order = np.random.default_rng([seed, place, repeat]).permutation(rows.height)
            shuffled = rows.with_columns(rows[name].gather(order))
            losses.append(measured(model, model.numbers(shuffled), truth) - base)
            if time.monotonic() > deadline:
                break
        deviation = float(np.std(losses, ddof=1)) if len(losses) > 1 else None
        found.append(Weight(column=name, importance=float(np.mean(losses)), deviation=deviation))
        tell((place + 1) / len(model.names))
    return metric, base, tuple(sorted(found, key=lambda one: -one.importance))


def metric_of(model: OpenModel) -> str:
    return "log loss" if model.task in ("two_class", "multiclass") else "root mean squared error"


def measured(model: OpenModel, numbers: Numbers, truth: pl.Series) -> float:
    """Of both metrics less is better."""
    if model.task in ("two_class", "multiclass"):
        places = class_places(model, truth)
        chances = np.column_stack([1 - numbers[:, 0], numbers[:, 0]]) if numbers.shape[1] == 1 else numbers
        hit = chances[np.arange(len(places)), places]
        return float(-np.log(np.clip(hit, TINY, 1.0)).mean())
    real = truth.cast(pl.Float64, strict=False).to_numpy()
    guessed = numbers[:, numbers.shape[1] // 2]
    return float(np.sqrt(np.mean((guessed - real) ** 2)))


def class_places(model: OpenModel, truth: pl.Series) -> Numbers:
    """Raises Refusal `label_unknown` where a class is none of the model's."""
    known = {name: place for place, name in enumerate(model.classes)}
    texts = truth.cast(pl.String).str.to_lowercase() if truth.dtype == pl.Boolean else truth.cast(pl.String)
    found = texts.replace_strict(known, default=-1, return_dtype=pl.Int64).to_numpy()
    if (found < 0).any():
        other = str(texts[int(np.argmax(found < 0))])
        raise Refusal(
            "label_unknown",
            _("The column “%(name)s” holds “%(other)s”, which is none of the model's classes.")
            % {"name": truth.name, "other": other[:80]},
            hint=_("Its classes are: %(names)s. Name the column with the truth.")
            % {"names": ", ".join(model.classes[:20])},
            status=422,
            where=Where(column=truth.name),
        )
    return found

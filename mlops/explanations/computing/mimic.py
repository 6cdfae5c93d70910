"""A surrogate that learns to answer as the model does, and is explained in its place; it says how well it does that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from mlops.explanations.computing.found import Found
from mlops.explanations.computing.model import Numbers, OpenModel
from mlops.formats.explanation import Fidelity
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

HELD_OUT = 3
"""One row of so many is kept to measure the fidelity."""
LEAST_ROWS = 30
MOST_CATEGORIES = 50
TREE_DEPTH = 6


def contributions(model: OpenModel, rows: pl.DataFrame, explained: pl.DataFrame, *, surrogate: str, seed: int) -> Found:
    """Learns on `rows` (two of three), explains `explained`. Raises Refusal `too_few_rows`."""
    if rows.height < LEAST_ROWS:
        raise Refusal(
            "too_few_rows",
            _("A surrogate cannot learn from %(height)s rows; it needs %(least_rows)s.")
            % {"height": rows.height, "least_rows": LEAST_ROWS},
            hint=_("Choose a dataset with more rows, or the kind “permutation”."),
            status=422,
        )
    encode, owners = _encoder(model, rows)
    cells, answers = encode(rows), model.numbers(rows)
    held = np.arange(rows.height) % HELD_OUT == 0
    given = encode(explained)
    values = np.zeros((explained.height, len(model.names), answers.shape[1]))
    base, guessed, tried = [], [], []
    for place in range(answers.shape[1]):
        fitted = _fitted(surrogate, cells[~held], answers[~held, place], seed=seed)
        found, start = _explained(fitted, surrogate, given, middle=cells[~held].mean(axis=0))
        for cell, owner in enumerate(owners):
            values[:, owner, place] += found[:, cell]
        base.append(start)
        guessed.append(np.asarray(fitted.predict(given), dtype=np.float64))
        tried.append(np.asarray(fitted.predict(cells[held]), dtype=np.float64))
    return Found(
        kind="mimic",
        method=f"A surrogate ({WORDS[surrogate]}) that learned to answer as the model does",
        unit=model.unit,
        values=values,
        base=np.array(base),
        answers=np.column_stack(guessed),
        tolerance=1e-4,
        fidelity=_fidelity(model, answers[held], np.column_stack(tried)),
        surrogate=surrogate,
        notes=("Contributions add up to what the surrogate answers, which is as near to the model as its fidelity.",),
    )


WORDS = {
    "lightgbm": "boosted trees of LightGBM",
    "linear": "ridge regression",
    "sgd": "linear regression by stochastic gradient descent",
    "tree": f"one decision tree of depth {TREE_DEPTH}",
}


def _fidelity(model: OpenModel, real: Numbers, guessed: Numbers) -> Fidelity:
    spread = ((real - real.mean(axis=0)) ** 2).sum()
    r2 = 1.0 - float(((real - guessed) ** 2).sum() / spread) if spread else 1.0
    agreement = None
    if model.task == "two_class":
        agreement = float(((real[:, 0] > 0.5) == (guessed[:, 0] > 0.5)).mean())
    elif model.task == "multiclass":
        agreement = float((real.argmax(axis=1) == guessed.argmax(axis=1)).mean())
    return Fidelity(r2=r2, agreement=agreement, rows=len(real))


def _encoder(model: OpenModel, rows: pl.DataFrame) -> tuple[Callable[[pl.DataFrame], Numbers], list[int]]:
    """To numbers without gaps; and which column each cell is of."""
    parts: list[tuple[int, str, Any]] = []
    for place, name in enumerate(model.names):
        values = rows[name]
        if values.dtype == pl.String:
            counts = values.drop_nulls().value_counts(sort=True).head(MOST_CATEGORIES)
            parts += [(place, name, category) for category in counts[name].to_list()]
        else:
            numbers = _numbers(values)
            parts.append((place, name, float(np.nanmedian(numbers)) if np.isfinite(numbers).any() else 0.0))

    def encode(frame: pl.DataFrame) -> Numbers:
        columns = []
        for _place, name, known in parts:
            if frame[name].dtype == pl.String:
                columns.append((frame[name] == known).fill_null(False).cast(pl.Float64).to_numpy())
            else:
                numbers = _numbers(frame[name])
                columns.append(np.where(np.isfinite(numbers), numbers, known))
        return np.column_stack(columns) if columns else np.zeros((frame.height, 0))

    return encode, [place for place, _name, _known in parts]


def _numbers(values: pl.Series) -> Numbers:
    if values.dtype.is_temporal():
        values = values.cast(pl.Datetime("us")).cast(pl.Int64) / 86_400e6
    found: Numbers = values.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
    return found


def _fitted(surrogate: str, cells: Numbers, answers: Numbers, *, seed: int) -> Any:
    if surrogate == "lightgbm":
        from lightgbm import LGBMRegressor

        return LGBMRegressor(n_estimators=200, random_state=seed, verbose=-1).fit(cells, answers)
    if surrogate == "tree":
        from sklearn.tree import DecisionTreeRegressor

        return DecisionTreeRegressor(max_depth=TREE_DEPTH, random_state=seed).fit(cells, answers)
    from sklearn.linear_model import Ridge, SGDRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    last = Ridge(alpha=1.0) if surrogate == "linear" else SGDRegressor(random_state=seed, max_iter=2_000)
    return make_pipeline(StandardScaler(), last).fit(cells, answers)


def _explained(fitted: Any, surrogate: str, cells: Numbers, *, middle: Numbers) -> tuple[Numbers, float]:
    if surrogate == "lightgbm":
        found = np.asarray(fitted.booster_.predict(cells, pred_contrib=True))
        return found[:, :-1], float(found[0, -1])
    if surrogate == "tree":
        import shap

        explainer = shap.TreeExplainer(fitted)
        values = np.asarray(explainer.shap_values(cells, check_additivity=False), dtype=np.float64)
        return values, float(np.asarray(explainer.expected_value).reshape(-1)[0])
    scaled = fitted[:-1].transform(cells) - fitted[:-1].transform(middle[None, :])
    return scaled * fitted[-1].coef_[None, :], float(fitted.predict(middle[None, :])[0])

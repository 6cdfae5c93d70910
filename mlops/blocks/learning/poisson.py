"""Poisson regression: the logarithm of an expected count is a weighted sum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops.blocks.learning.fitting import Fitting, Log, Numbers, silent
from mlops.blocks.learning.logistic import penalties
from mlops.blocks.learning.penalised import Penalties, most_iterations, standardised
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

LARGEST_LOGARITHM = 50.0
"""Keeps the optimizer's trials finite; e to the 50 is beyond any count."""


def poisson(parameters: Mapping[str, Any]) -> Fitting:
    return _Poisson(penalties=penalties(parameters))


@dataclass(frozen=True, kw_only=True)
class _Poisson:
    penalties: Penalties

    def fit(self, matrix: Numbers, target: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        """Refusal `label_negative`. Minimises the sum of exp(s) - y s over rows, s being the weighted sum."""
        from sklearn.pipeline import Pipeline

        _require_counts(target)
        scaler, scaled = standardised(matrix)
        share = np.ones(target.size) if weights is None else weights
        start = np.zeros((1, matrix.shape[1] + 1))
        start[0, -1] = np.log(float(share @ target) / float(share.sum()))
        solution, iterations = self.penalties.minimised(
            lambda found: _loss(found, scaled, target, share), start, total=float(share.sum()), cells=scaled.size
        )
        fitted = _as_scikit_learn(solution)
        fitted.max_iter = most_iterations(matrix.size)
        fitted.n_iter_ = iterations
        return Pipeline([("scale", scaler), ("poisson", fitted)])


def _loss(found: Numbers, scaled: Numbers, target: Numbers, share: Numbers) -> tuple[float, Numbers]:
    sums = (scaled @ found[0, :-1].astype(scaled.dtype)).astype(np.float64) + found[0, -1]
    sums = np.minimum(sums, LARGEST_LOGARITHM)
    expected = np.exp(sums)
    residual = share * (expected - target)
    gradient = np.empty_like(found)
    gradient[0, :-1] = scaled.T @ residual.astype(scaled.dtype)
    gradient[0, -1] = residual.sum()
    return float((share * (expected - target * sums)).sum()), gradient


def _as_scikit_learn(solution: Numbers) -> Any:
    """Fitted on next to nothing, to be complete, and then given the solution."""
    from sklearn.linear_model import PoissonRegressor

    width = solution.shape[1] - 1
    fitted = PoissonRegressor(alpha=0.0, max_iter=100).fit(np.zeros((2, width)), np.ones(2))
    fitted.coef_, fitted.intercept_ = solution[0, :-1].copy(), float(solution[0, -1])
    return fitted


def _require_counts(target: Numbers) -> None:
    if target.min() >= 0:
        return
    row = int(np.argmin(target))
    message = _("The label is %(target)s in row %(row)s; Poisson Regression learns counts, which are at least 0.") % {
        "target": f"{target[row]:g}",
        "row": row + 1,
    }
    hint = _("Remove such rows, or use another regression learner.")
    where = Where(parameter="label_column", row=row, value=f"{target[row]:g}")
    raise Refusal("label_negative", message, hint=hint, status=422, where=where)

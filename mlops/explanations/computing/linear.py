"""Contributions of linear models, exact where columns are told apart as given: weight × (value − mean of the
background) (Štrumbelj and Kononenko, 2014), as shap's LinearExplainer has them for independent columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlops.explanations.computing.found import Found
from mlops.explanations.computing.model import Numbers, OpenModel
from mlops.formats.explanation import Unit


def is_linear(estimator: Any) -> bool:
    return hasattr(estimator, "coef_") and hasattr(estimator, "intercept_")


def contributions(model: OpenModel, cells: Numbers, background: Numbers) -> Found:
    """`background`: [rows, cells]. In the space of the weighted sum."""
    estimator = model.estimator
    weights = np.atleast_2d(np.asarray(estimator.coef_, dtype=np.float64))
    offset = np.asarray(estimator.intercept_, dtype=np.float64).reshape(-1)
    middle = background.astype(np.float64).mean(axis=0)
    values = (cells.astype(np.float64) - middle)[:, :, None] * weights.T[None, :, :]
    answers, unit = _answers(estimator, cells)
    return Found(
        kind="linear",
        method=f"Weights of {type(estimator).__name__} times each value's distance from the mean",
        unit=unit,
        values=values,
        base=weights @ middle + offset,
        answers=answers,
        tolerance=1e-4,  # models trained here compute in single precision
    )


def _answers(estimator: Any, cells: Numbers) -> tuple[Numbers, Unit]:
    if hasattr(estimator, "decision_function"):
        found = np.asarray(estimator.decision_function(cells), dtype=np.float64).reshape(len(cells), -1)
        return found, "log-odds" if found.shape[1] == 1 else "score"
    found = np.asarray(estimator.predict(cells), dtype=np.float64).reshape(len(cells), -1)
    if type(estimator).__name__ in ("PoissonRegressor", "GammaRegressor", "TweedieRegressor"):
        return np.log(np.maximum(found, np.finfo(float).tiny)), "log of the prediction"
    return found, "prediction"

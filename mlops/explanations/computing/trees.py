"""Tree SHAP: exact and quick for decision trees (Lundberg et al., From local explanations to global understanding with
explainable AI for trees, 2020). LightGBM and XGBoost compute it themselves; shap does for scikit-learn's."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlops.explanations.computing.found import Found
from mlops.explanations.computing.model import Numbers, OpenModel
from mlops.formats.explanation import Unit

FORESTS = ("RandomForest", "ExtraTrees", "DecisionTree", "ExtraTree")
BOOSTED = ("GradientBoosting", "HistGradientBoosting")
LOG_LINKS = ("poisson", "gamma", "tweedie")


def is_tree(estimator: Any) -> bool:
    return _is_lightgbm(estimator) or _is_xgboost(estimator) or _is_scikit(estimator)


def contributions(model: OpenModel, cells: Numbers) -> Found:
    """`model.estimator` has trees. In the space in which the trees add up."""
    estimator = model.estimator
    if _is_lightgbm(estimator):
        return _lightgbm(model, estimator, cells)
    if _is_xgboost(estimator):
        return _xgboost(model, estimator, cells)
    return _scikit(model, estimator, cells)


def _is_lightgbm(estimator: Any) -> bool:
    return hasattr(estimator, "booster_") or (
        type(estimator).__module__.startswith("lightgbm") and hasattr(estimator, "num_model_per_iteration")
    )


def _is_xgboost(estimator: Any) -> bool:
    return hasattr(estimator, "get_booster") or (
        type(estimator).__module__.startswith("xgboost") and hasattr(estimator, "save_raw")
    )


def _is_scikit(estimator: Any) -> bool:
    name = type(estimator).__name__
    return type(estimator).__module__.startswith("sklearn") and name.startswith(FORESTS + BOOSTED)


def _lightgbm(model: OpenModel, estimator: Any, cells: Numbers) -> Found:
    booster = getattr(estimator, "booster_", estimator)
    outputs = booster.num_model_per_iteration()
    flat = np.asarray(booster.predict(cells, pred_contrib=True))
    shaped = flat.reshape(len(cells), outputs, -1).transpose(0, 2, 1)
    answers = np.asarray(booster.predict(cells, raw_score=True)).reshape(len(cells), outputs)
    objective = str(booster.params.get("objective", "")) or str(getattr(estimator, "objective_", ""))
    return Found(
        kind="tree",
        method="Tree SHAP, computed by LightGBM itself",
        unit=_boosted_unit(model, objective),
        values=shaped[:, :-1, :],
        base=shaped[0, -1, :],
        answers=answers,
    )


def _xgboost(model: OpenModel, estimator: Any, cells: Numbers) -> Found:
    import xgboost

    booster = estimator.get_booster() if hasattr(estimator, "get_booster") else estimator
    data = xgboost.DMatrix(cells, feature_names=booster.feature_names)
    best = getattr(estimator, "best_iteration", None) if getattr(estimator, "early_stopping_rounds", None) else None
    span = (0, best + 1) if best is not None else (0, 0)
    found = np.asarray(booster.predict(data, pred_contribs=True, iteration_range=span), dtype=np.float64)
    shaped = found[:, :, None] if found.ndim == 2 else found.transpose(0, 2, 1)
    answers = np.asarray(booster.predict(data, output_margin=True, iteration_range=span), dtype=np.float64)
    return Found(
        kind="tree",
        method="Tree SHAP, computed by XGBoost itself",
        unit=_boosted_unit(model, str(getattr(estimator, "objective", ""))),
        values=shaped[:, :-1, :],
        base=shaped[:, -1, :].mean(axis=0),
        answers=answers.reshape(len(cells), -1),
        tolerance=1e-4,  # XGBoost computes in single precision
    )


def _scikit(model: OpenModel, estimator: Any, cells: Numbers) -> Found:
    import shap

    explainer = shap.TreeExplainer(estimator)
    values = np.asarray(explainer.shap_values(cells, check_additivity=False), dtype=np.float64)
    values = values[:, :, None] if values.ndim == 2 else values
    base = np.atleast_1d(np.asarray(explainer.expected_value, dtype=np.float64)).reshape(-1)
    answers, unit = _scikit_answers(model, estimator, cells)
    if values.shape[2] == 2 and model.task in ("two_class", "anomaly"):
        values, base = values[:, :, 1:], base[1:]
    return Found(
        kind="tree",
        method=f"Tree SHAP of {type(estimator).__name__}, computed by shap",
        unit=unit,
        values=values,
        base=base,
        answers=answers,
        tolerance=1e-5,
    )


def _scikit_answers(model: OpenModel, estimator: Any, cells: Numbers) -> tuple[Numbers, Unit]:
    is_forest = type(estimator).__name__.startswith(FORESTS)
    if hasattr(estimator, "predict_proba") and is_forest:
        chances = estimator.predict_proba(cells)
        return (chances[:, 1:] if model.task == "two_class" else chances), "probability"
    if hasattr(estimator, "decision_function"):
        found = np.asarray(estimator.decision_function(cells)).reshape(len(cells), -1)
        return found, "log-odds" if found.shape[1] == 1 else "score"
    found = np.asarray(estimator.predict(cells), dtype=np.float64).reshape(len(cells), -1)
    if str(getattr(estimator, "loss", "")) in LOG_LINKS:
        return np.log(found), "log of the prediction"
    return found, "prediction"


def _boosted_unit(model: OpenModel, objective: str) -> Unit:
    if model.task == "two_class":
        return "log-odds"
    if model.task == "multiclass":
        return "score"
    return "log of the prediction" if any(word in objective for word in LOG_LINKS) else "prediction"

"""Which columns an estimator from elsewhere takes, of which types, and what is typical of them.

Read off the estimator itself where no signature says it: names that it was fitted with, the encoders and vectorisers
that take text, thresholds of trees and centres of scalers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from mlops.formats.model import Field, Signature
from mlops.formats.spoken import gettext as _
from mlops.packaging.external.sources import no_form

TEXT_TAKERS = ("CountVectorizer", "TfidfVectorizer", "HashingVectorizer")
ENCODERS = ("OneHotEncoder", "OrdinalEncoder", "TargetEncoder")
MOST_CATEGORIES = 100
MOST_KNOTS = 400


def signature_of(estimator: Any, given: Signature | None, example: Sequence[dict[str, Any]]) -> Signature:
    """`given` where there is one, with categories and ranges that the estimator knows; else read off it."""
    names = [field.name for field in given.inputs] if given else _names(estimator, example)
    categories, knots = categories_of(estimator, names), knots_of(estimator, names)
    texts = text_columns(estimator, names)
    fields = []
    for name in names:
        known = given.input(name) if given else None
        kind = known.type if known else "string" if name in texts else _type_of([row.get(name) for row in example])
        values: Any = knots.get(name, ())
        numeric = kind in ("decimal", "integer") and len(values) > 0
        fields.append(
            Field(
                name=name,
                type=kind,
                required=known.required if known else True,
                categories=tuple(categories.get(name, ())[:MOST_CATEGORIES]) if kind == "string" else (),
                minimum=float(np.min(values)) if numeric else None,
                maximum=float(np.max(values)) if numeric else None,
                example=_example(name, kind, example, categories.get(name), values),
            )
        )
    return Signature(inputs=tuple(fields), outputs=())


def takes_names(estimator: Any) -> bool:
    """Whether it was fitted with a table of named columns, so that it must be asked with one."""
    return _fitted_names(estimator) is not None


def takes_text(estimator: Any) -> bool:
    """Whether its first step is a vectoriser, which takes a list of texts instead of a table."""
    return type(_first(estimator)).__name__ in TEXT_TAKERS


def knots_of(estimator: Any, names: Sequence[str]) -> dict[str, Any]:
    """Values at which something happens, by column: thresholds of trees, else centre and spread of a scaler."""
    found: dict[str, list[float]] = {name: [] for name in names}
    for place, value in _thresholds(estimator):
        if place < len(names) and np.isfinite(value):
            found[names[place]].append(value)
    for part, columns in _parts(estimator, names):
        for place, name in enumerate(columns):
            for value in _spread(part, place):
                found.setdefault(name, []).append(value)
    return {name: _thinned(values) for name, values in found.items() if values}


def _thinned(values: Sequence[float]) -> Any:
    """As numbers that float32 holds: at others the two forms may differ by rounding alone."""
    kept = np.unique(np.asarray(values, dtype=np.float32)).astype(np.float64)
    return kept[:: max(1, -(-kept.size // MOST_KNOTS))]


def categories_of(estimator: Any, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for part, columns in _parts(estimator, names):
        if type(part).__name__ in ENCODERS:
            for name, values in zip(columns, getattr(part, "categories_", ()), strict=False):
                if any(isinstance(value, str) for value in values):
                    found[name] = tuple(str(value) for value in values if isinstance(value, str))
        if type(part).__name__ in TEXT_TAKERS and hasattr(part, "vocabulary_") and columns:
            found[columns[0]] = tuple(sorted(part.vocabulary_)[:MOST_CATEGORIES])
    return found


def text_columns(estimator: Any, names: Sequence[str]) -> set[str]:
    found = set(categories_of(estimator, names))
    for part, columns in _parts(estimator, names):
        if type(part).__name__ in TEXT_TAKERS:
            found.update(columns[:1])
    return found


def _names(estimator: Any, example: Sequence[dict[str, Any]]) -> list[str]:
    fitted = _fitted_names(estimator)
    if fitted is not None:
        return list(fitted)
    if takes_text(estimator):
        return ["text"]
    booster = getattr(estimator, "booster_", estimator)
    if type(booster).__module__.startswith("lightgbm") and hasattr(booster, "feature_name"):
        return list(booster.feature_name())
    width = getattr(estimator, "n_features_in_", None)
    if example and (width is None or len(example[0]) == width):
        return list(example[0])
    if width is None and hasattr(estimator, "num_features"):
        width = estimator.num_features()
    if width is None:
        raise no_form(
            _("%(estimator)s does not say how many columns it takes.") % {"estimator": type(estimator).__name__},
            hint=_("Save it with a signature or an input example (MLflow does), then register it again."),
        )
    return [f"x{place}" for place in range(int(width))]


def _fitted_names(estimator: Any) -> list[str] | None:
    for one in (estimator, _first(estimator)):
        try:
            names = getattr(one, "feature_names_in_", None)
        except Exception:  # XGBoost raises its own error where it was fitted without names
            names = None
        if names is not None:
            return [str(name) for name in names]
    return None


def _first(estimator: Any) -> Any:
    steps = getattr(estimator, "steps", None)
    return _first(steps[0][1]) if steps else estimator


def _type_of(values: Sequence[Any]) -> Any:
    kept = [value for value in values if value is not None]
    if kept and all(isinstance(value, bool) for value in kept):
        return "boolean"
    return "string" if kept and all(isinstance(value, str) for value in kept) else "decimal"


def _example(name: str, kind: str, example: Sequence[dict[str, Any]], categories: Any, knots: Any) -> Any:
    """Typical, and of no row of the data: the middle of what the model knows."""
    if kind == "string":
        return categories[0] if categories else ""
    if kind == "boolean":
        return False
    if kind == "date":
        return "2000-01-01"
    middle = float(knots[len(knots) // 2]) if len(knots) else 0.0
    return round(middle) if kind == "integer" else middle


def _parts(estimator: Any, names: Sequence[str]) -> Iterator[tuple[Any, list[str]]]:
    """Fitted parts that see columns as they come in, with these columns."""
    kind = type(estimator).__name__
    if kind == "ColumnTransformer":
        for _name, part, columns in estimator.transformers_:
            if not isinstance(part, str):
                yield from _parts(part, _chosen(columns, names))
    elif hasattr(estimator, "steps"):
        yield from _parts(estimator.steps[0][1], names)
        if type(estimator.steps[0][1]).__name__ in ("SimpleImputer", "VarianceThreshold") and len(estimator.steps) > 1:
            yield from _parts(estimator.steps[1][1], names)
    else:
        yield estimator, list(names)


def _chosen(columns: Any, names: Sequence[str]) -> list[str]:
    if isinstance(columns, str):
        return [columns]
    if isinstance(columns, slice):
        return list(names[columns])
    listed = list(columns)
    if listed and all(isinstance(one, bool | np.bool_) for one in listed):
        return [name for name, is_in in zip(names, listed, strict=False) if is_in]
    return [one if isinstance(one, str) else names[int(one)] for one in listed]


def _spread(part: Any, place: int) -> Iterator[float]:
    """A few values around what a scaler, or a model that keeps its rows, has seen."""
    if hasattr(part, "mean_") and hasattr(part, "scale_") and np.ndim(part.mean_) == 1:
        scale = part.scale_[place] if part.scale_ is not None else 1.0
        yield from (part.mean_[place] + step * scale for step in (-3, -1, -0.3, 0, 0.3, 1, 3))
    elif hasattr(part, "data_min_"):
        yield from np.linspace(part.data_min_[place], part.data_max_[place], 7)
    elif hasattr(part, "center_") and part.center_ is not None:
        scale = part.scale_[place] if part.scale_ is not None else 1.0
        yield from (part.center_[place] + step * scale for step in (-3, -1, 0, 1, 3))
    elif hasattr(part, "support_vectors_"):
        yield from np.unique(np.asarray(part.support_vectors_)[:50, place])
    elif isinstance(getattr(part, "_fit_X", None), np.ndarray):
        yield from np.unique(part._fit_X[:50, place])
    elif hasattr(part, "cluster_centers_"):
        yield from part.cluster_centers_[:, place]
    elif hasattr(part, "means_") and np.ndim(part.means_) == 2:
        yield from part.means_[:, place]
    elif hasattr(part, "theta_"):
        yield from part.theta_[:, place]


def _thresholds(estimator: Any) -> Iterator[tuple[int, float]]:
    """Place of a column, and a value at which a tree splits."""
    module = type(estimator).__module__.partition(".")[0]
    if module == "lightgbm":
        yield from _lightgbm_splits(getattr(estimator, "booster_", estimator))
    elif module == "xgboost":
        booster = estimator.get_booster() if hasattr(estimator, "get_booster") else estimator
        yield from _xgboost_splits(booster)
    elif hasattr(estimator, "tree_"):
        yield from zip(estimator.tree_.feature, estimator.tree_.threshold, strict=True)
    elif hasattr(estimator, "estimators_") and hasattr(estimator, "n_features_in_"):
        for one in np.ravel(np.asarray(estimator.estimators_, dtype=object))[:50]:
            if hasattr(one, "tree_"):
                yield from ((int(p), float(v)) for p, v in _thresholds(one) if p >= 0)


def _lightgbm_splits(booster: Any) -> Iterator[tuple[int, float]]:
    lines = booster.model_to_string().split("\n")
    places = [line.removeprefix("split_feature=").split() for line in lines if line.startswith("split_feature=")]
    values = [line.removeprefix("threshold=").split() for line in lines if line.startswith("threshold=")]
    for where, at in zip(places, values, strict=False):
        yield from ((int(place), float(value)) for place, value in zip(where, at, strict=False))


def _xgboost_splits(booster: Any) -> Iterator[tuple[int, float]]:
    """Of a dump such as `0:[f2<1.5] yes=1,no=2`; names of columns in place of f2 where it has them."""
    names = {name: place for place, name in enumerate(booster.feature_names or ())}
    for tree in booster.get_dump():
        for line in tree.splitlines():
            inside = line.partition("[")[2].partition("]")[0]
            name, sign, value = inside.rpartition("<")
            if sign:
                place = names.get(name, int(name[1:]) if name[1:].isdigit() else -1)
                yield place, float(value)

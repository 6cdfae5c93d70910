"""Small fitted models as people bring them along: scikit-learn, LightGBM, XGBoost, in files of many forms."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.cluster import KMeans
from sklearn.compose import make_column_transformer
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, PolynomialFeatures, StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

ROWS = 300
NAMES = ["power", "weight", "age"]


@cache
def numbers() -> pd.DataFrame:
    random = np.random.default_rng(3)
    frame = pd.DataFrame(random.normal(size=(ROWS, 3)) * [40, 300, 5] + [120, 1400, 8], columns=NAMES)
    return frame.astype(np.float32).astype(np.float64)


@cache
def cars() -> pd.DataFrame:
    makes = np.random.default_rng(4).choice(["audi", "bmw", "volvo"], ROWS)
    return numbers().assign(make=makes)


@cache
def texts() -> list[str]:
    random = np.random.default_rng(5)
    words = np.array(["good", "bad", "slow", "fast", "cheap", "dear", "new", "old"])
    return [" ".join(random.choice(words, 6)) for _ in range(ROWS)]


def price() -> Any:
    frame = numbers()
    return frame.power * 80 + frame.weight * 3 - frame.age * 200


def dear() -> Any:
    return (price() > price().median()).astype(int)


def band() -> Any:
    return pd.cut(price(), 3, labels=["low", "middle", "high"]).astype(str)


def mixed(last: Any, **options: Any) -> Any:
    encoder = OneHotEncoder(**{"handle_unknown": "ignore", **options})
    return make_pipeline(make_column_transformer((StandardScaler(), NAMES), (encoder, ["make"])), last)


def xgboost(kind: str, **options: Any) -> Any:
    import xgboost as xgb

    return getattr(xgb, kind)(n_estimators=20, max_depth=4, **options)


FITTED: dict[str, Callable[[], Any]] = {
    "linear": lambda: LinearRegression().fit(numbers(), price()),
    "ridge_scaled": lambda: make_pipeline(StandardScaler(), PolynomialFeatures(2), Ridge()).fit(numbers(), price()),
    "logistic": lambda: make_pipeline(StandardScaler(), LogisticRegression()).fit(numbers(), dear()),
    "logistic_of_text_classes": lambda: make_pipeline(MinMaxScaler(), LogisticRegression()).fit(numbers(), band()),
    "logistic_without_names": lambda: LogisticRegression(max_iter=500).fit(numbers().to_numpy() / 100, dear()),
    "tree": lambda: DecisionTreeClassifier(max_depth=5).fit(numbers(), band()),
    "forest": lambda: RandomForestClassifier(20, random_state=1).fit(numbers(), dear()),
    "forest_of_numbers": lambda: RandomForestRegressor(20, random_state=1).fit(numbers(), price()),
    "gradient_boosting": lambda: GradientBoostingClassifier(n_estimators=20).fit(numbers(), dear()),
    "naive_bayes": lambda: make_pipeline(StandardScaler(), GaussianNB()).fit(numbers(), dear()),
    "support_vectors": lambda: make_pipeline(StandardScaler(), SVC(probability=True)).fit(numbers(), dear()),
    "network": lambda: make_pipeline(StandardScaler(), MLPClassifier((16,), max_iter=80)).fit(numbers(), dear()),
    "imputed": lambda: make_pipeline(SimpleImputer(), StandardScaler(), Ridge()).fit(numbers(), price()),
    "columns": lambda: mixed(LogisticRegression()).fit(cars(), dear()),
    "columns_forest": lambda: mixed(RandomForestClassifier(10, random_state=1)).fit(cars(), band()),
    "columns_lightgbm": lambda: mixed(LGBMClassifier(n_estimators=20, verbose=-1)).fit(cars(), dear()),
    "words": lambda: make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts(), dear()),
    "counts": lambda: make_pipeline(CountVectorizer(), MultinomialNB()).fit(texts(), dear()),
    "clusters": lambda: make_pipeline(StandardScaler(), KMeans(3, n_init=2, random_state=1)).fit(numbers()),
    "lightgbm": lambda: LGBMClassifier(n_estimators=20, verbose=-1).fit(numbers(), dear()),
    "lightgbm_of_classes": lambda: LGBMClassifier(n_estimators=10, verbose=-1).fit(numbers(), band()),
    "lightgbm_of_numbers": lambda: LGBMRegressor(n_estimators=20, verbose=-1).fit(numbers(), price()),
    "histogram_boosting": lambda: HistGradientBoostingClassifier(max_iter=5).fit(numbers(), dear()),
    "xgboost": lambda: xgboost("XGBClassifier").fit(numbers(), dear()),
    "xgboost_of_numbers": lambda: xgboost("XGBRegressor").fit(numbers(), price()),
    "xgboost_scaled": lambda: make_pipeline(StandardScaler(), xgboost("XGBClassifier")).fit(numbers(), dear()),
}
"""Each converts, and its scores agree."""

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "two_class_lda": (lambda: LinearDiscriminantAnalysis().fit(numbers(), dear()), "differ by more than"),
    "histograms_in_a_pipeline": (
        lambda: make_pipeline(StandardScaler(), HistGradientBoostingClassifier(max_iter=5)).fit(numbers(), dear()),
        "cannot be written",
    ),
    "linear_svc": (lambda: LinearSVC().fit(numbers() / 100, dear()), "no probabilities"),
    "scaler": (lambda: StandardScaler().fit(numbers()), "predicts nothing"),
    "dart": (lambda: xgboost("XGBClassifier", booster="dart").fit(numbers(), dear()), "“dart” has no ONNX form"),
    "char_words": (
        lambda: make_pipeline(TfidfVectorizer(analyzer="char_wb"), LogisticRegression()).fit(texts(), dear()),
        "cannot be written",
    ),
    "infrequent": (lambda: mixed(LogisticRegression(), min_frequency=0.4).fit(cars(), dear()), "Infrequent categories"),
}
"""Each is refused, by its reason."""


def keep(folder: Path, estimator: Any, *, name: str = "model.joblib") -> Path:
    import joblib

    folder.mkdir(parents=True, exist_ok=True)
    joblib.dump(estimator, folder / name)
    return folder

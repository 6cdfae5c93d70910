from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from mlops.formats.monitor import Measured, SignalFound, SignalSettings
from tests.stats.look.test_look import order, signals


def churn(rows: int, *, seed: int, flip: float = 0.0, older: float = 0.0, key: str = "age") -> pl.DataFrame:
    """Who leaves depends on `age` and less on `visits`; the model says so by `key`. `flip`: labels that changed."""
    draw = np.random.default_rng(seed)
    frame = pl.DataFrame({"age": draw.normal(older, 1, rows), "visits": draw.normal(0, 1, rows)})
    chance = 1 / (1 + np.exp(-(2 * frame["age"] + 0.5 * frame["visits"]).to_numpy()))
    said = 1 / (1 + np.exp(-2 * frame[key].to_numpy()))
    left = (draw.random(rows) < chance) ^ (draw.random(rows) < flip)
    return frame.with_columns(
        pl.Series("left", np.where(left, "yes", "no")),
        pl.Series("Scored Labels", np.where(said > 0.5, "yes", "no")),
        pl.Series("Scored Probabilities", said),
    )


ROLES: dict[str, Any] = {
    "label": "left",
    "prediction": "Scored Labels",
    "probabilities": {"yes": "Scored Probabilities"},
}


def found(folder: Path, kind: Any, current: pl.DataFrame, **changes: Any) -> SignalFound:
    settings = SignalSettings(name="signal", kind=kind, **changes)
    (signal,) = signals(order(folder, churn(6_000, seed=1), current, signals=(settings,), **ROLES))
    return signal


def measured(signal: SignalFound, metric: str) -> Measured:
    return next(each for each in signal.measured if each.metric == metric)


def test_worse_predictions_are_found_by_labels(tmp_path: Path) -> None:
    signal = found(tmp_path, "model_performance", churn(2_000, seed=2, flip=0.2))
    accuracy = measured(signal, "accuracy")
    assert (signal.state, accuracy.is_alarm) == ("alarm", True)
    assert accuracy.value is not None
    assert accuracy.low is not None
    assert accuracy.high is not None
    assert accuracy.low < accuracy.value < accuracy.high < (accuracy.baseline or 0)


def test_predictions_as_good_as_before_are_fine(tmp_path: Path) -> None:
    assert found(tmp_path, "model_performance", churn(2_000, seed=2)).state == "fine"


def test_labels_that_have_not_come_are_waited_for(tmp_path: Path) -> None:
    few = churn(200, seed=2).with_columns(left=pl.when(pl.int_range(200) < 7).then(pl.col("left")))
    signal = found(tmp_path, "model_performance", few)
    assert signal.state == "too_little_data"
    assert signal.reason.startswith("Only 7 rows of the window have a label and a prediction; 50 are needed.")


def test_an_unknown_measure_names_the_nearest(tmp_path: Path) -> None:
    signal = found(tmp_path, "model_performance", churn(200, seed=2), metrics={"acuracy": 0.9})
    assert signal.reason == "'acuracy' is no measure of a two-class model. Did you mean 'accuracy'?"


def test_the_positive_class_is_told_by_the_rows_where_nobody_names_it(tmp_path: Path) -> None:
    roles = ROLES | {"probabilities": {"": "Scored Probabilities"}}
    settings = SignalSettings(name="signal", kind="estimated_performance")
    window = churn(2_000, seed=2).drop("left")
    (signal,) = signals(order(tmp_path, churn(6_000, seed=1), window, signals=(settings,), **roles))
    assert signal.state == "fine"
    assert (measured(signal, "auc").value or 0) > 0.8


def test_performance_is_estimated_without_labels(tmp_path: Path) -> None:
    window = churn(4_000, seed=2, older=1.5)
    signal = found(tmp_path, "estimated_performance", window.drop("left"))
    truth = np.mean((window["left"] == window["Scored Labels"]).to_numpy())
    accuracy = measured(signal, "accuracy")
    assert accuracy.value == pytest.approx(truth, abs=0.02)
    assert accuracy.note == "estimated without labels"


def test_predictions_drift(tmp_path: Path) -> None:
    signal = found(tmp_path, "prediction_drift", churn(1_000, seed=2, older=1.0))
    assert signal.state == "alarm"
    assert {feature.feature for feature in signal.features} == {"Scored Labels", "Scored Probabilities"}


def test_a_model_that_looks_at_something_else_is_found(tmp_path: Path) -> None:
    signal = found(tmp_path, "feature_attribution_drift", churn(2_000, seed=2, key="visits"))
    assert signal.state == "alarm"
    assert signal.magnitude is not None
    assert signal.magnitude < 0.9
    assert found(tmp_path, "feature_attribution_drift", churn(2_000, seed=3)).state == "fine"


def test_regressions_are_measured_and_estimated(tmp_path: Path) -> None:
    def prices(rows: int, *, seed: int, noise: float) -> pl.DataFrame:
        draw = np.random.default_rng(seed)
        size = draw.uniform(1 if noise == 1 else 2, 3, rows)
        return pl.DataFrame({"size": size, "price": 10 * size + draw.normal(0, size * noise), "said": 10 * size})

    baseline, current = prices(5_000, seed=1, noise=1), prices(1_500, seed=2, noise=2)
    kinds = [SignalSettings(name=kind, kind=kind) for kind in ("model_performance", "estimated_performance")]
    by_label, estimated = signals(
        order(tmp_path, baseline, current, signals=tuple(kinds), label="price", prediction="said")
    )
    assert by_label.state == "alarm"
    assert measured(by_label, "mean_absolute_error").value == pytest.approx(2 * 2.5 * 0.8, rel=0.1)
    assert measured(estimated, "mean_absolute_error").value == pytest.approx(2.5 * 0.8, rel=0.1)


def test_attributions_may_be_columns_of_the_rows(tmp_path: Path) -> None:
    def explained(rows: int, *, seed: int, age: float) -> pl.DataFrame:
        draw = np.random.default_rng(seed)
        frame = pl.DataFrame({"age": draw.normal(size=rows), "visits": draw.normal(size=rows)})
        return frame.with_columns(by_age=age * pl.col("age"), by_visits=1.5 * pl.col("visits"))

    settings = SignalSettings(name="why", kind="feature_attribution_drift", features=("age", "visits"))
    columns = {"age": "by_age", "visits": "by_visits"}
    for age, state in ((3.0, "fine"), (0.5, "alarm")):
        before, now = explained(2_000, seed=1, age=3.0), explained(300, seed=2, age=age)
        (signal,) = signals(order(tmp_path, before, now, signals=(settings,), attributions=columns))
        assert signal.state == state

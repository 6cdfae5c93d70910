from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from mlops.stats.drift.column import baseline_column, current_column
from mlops.stats.drift.feature import Drifted
from mlops.stats.quality.duplicates import unique_rows
from mlops.stats.quality.rates import quality

AGES = pl.Series("age", np.random.default_rng(1).normal(40, 10, 2_000))


def measured(baseline: pl.Series, current: pl.Series, **kind: Any) -> dict[str, Drifted]:
    before = baseline_column(baseline, **kind)
    return quality(before, current_column(current, before)).metrics


def test_missing_values_are_counted_beside_the_baselines() -> None:
    before = pl.Series("age", [None] * 20 + AGES.to_list()[:980])
    found = measured(before, pl.Series("age", [None] * 30 + AGES.to_list()[:70]))["null_value_rate"]
    assert (found.value, found.baseline) == (0.3, 0.02)
    assert found.p_value is not None
    assert found.p_value < 1e-6


def test_texts_that_are_no_numbers_are_type_errors() -> None:
    found = measured(AGES, pl.Series("age", ["41.5", " 7 ", "old", None]))
    assert (found["data_type_error_rate"].value, found["null_value_rate"].value) == (0.25, 0.25)


def test_fractions_among_whole_numbers_are_type_errors() -> None:
    found = measured(pl.Series("n", range(1_000)), pl.Series("n", [1.0, 2.5, 3.0, 4.0]))
    assert found["data_type_error_rate"].value == 0.25


def test_values_out_of_range_are_counted() -> None:
    found = measured(AGES, pl.Series("age", [40.0] * 90 + [500.0] * 6 + [-500.0] * 4))["out_of_bounds_rate"]
    assert found.value == 0.1
    assert found.p_value is not None
    assert found.p_value < 1e-6
    assert found.note.startswith("the baseline lies between ")


def test_a_small_baselines_range_is_left_by_chance() -> None:
    draw = np.random.default_rng(2)
    p_values = [
        measured(pl.Series("x", draw.normal(size=60)), pl.Series("x", draw.normal(size=60)))[
            "out_of_bounds_rate"
        ].p_value
        for _trial in range(300)
    ]
    assert np.mean([p is not None and p <= 0.05 for p in p_values]) <= 0.07


def test_unseen_values_are_named() -> None:
    cities = pl.Series("city", ["Ulm", "Bern"] * 500)
    found = measured(cities, pl.Series("city", ["Ulm"] * 90 + ["Oslo"] * 10))["unseen_category_rate"]
    assert (found.value, found.note) == (0.1, "such as 'Oslo'")


def test_a_key_that_repeats_is_told() -> None:
    found = measured(pl.Series("id", [f"k{n}" for n in range(500)]), pl.Series("id", ["a", "a", "b", "c"]))
    assert found["duplicate_rate"].value == 0.25
    assert "duplicate_rate" not in measured(AGES, AGES)


@pytest.mark.parametrize("repeated", [0, 1, 500])
def test_rows_are_unique_by_all_columns(repeated: int) -> None:
    draw = np.random.default_rng(4)
    frame = pl.DataFrame({"a": draw.integers(0, 40, 3_000), "b": draw.integers(0, 40, 3_000), "c": ["x", None] * 1_500})
    frame = pl.concat([frame, frame.head(repeated)])
    assert unique_rows(frame.get_columns()) == frame.n_unique()

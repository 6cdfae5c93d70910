from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest
from scipy import stats

from mlops.formats.profile import ColumnProfile, TableProfile
from mlops.stats.histogram import histogram
from mlops.stats.profile import profile_table
from mlops.stats.schema import conform, describe_schema

DRAW = np.random.default_rng(1)
FRAME = pl.DataFrame(
    {
        "number": [*DRAW.normal(10, 2, 998).tolist(), None, float("nan")],
        "whole": DRAW.integers(0, 5, 1_000),
        "text": ["a", "", None, "b", "b"] * 200,
        "flag": [True, False, None, True] * 250,
        "day": [datetime(2024, 1, 1), None] * 500,
    }
)


def profile(name: str) -> ColumnProfile:
    return next(column for column in profile_table(FRAME).columns if column.name == name)


def test_numbers_have_the_moments_of_scipy() -> None:
    found, values = profile("number"), FRAME["number"].drop_nans().drop_nulls().to_numpy()
    assert (found.count, found.missing_count, found.not_missing_count) == (1_000, 2, 998)
    assert found.mean == pytest.approx(values.mean())
    assert found.variance == pytest.approx(values.var(ddof=1))
    assert found.skewness == pytest.approx(stats.skew(values))
    assert found.kurtosis == pytest.approx(stats.kurtosis(values))
    assert found.quantiles["P25"] == pytest.approx(np.quantile(values, 0.25))
    assert found.histogram is not None
    assert sum(found.histogram.counts) == 998
    assert len(found.histogram.counts) == 30


def test_few_whole_numbers_have_one_bin_each() -> None:
    found = profile("whole")
    assert found.histogram is not None
    assert found.histogram.edges == (-0.5, 0.5, 1.5, 2.5, 3.5, 4.5)
    assert found.histogram.counts == tuple(np.bincount(FRAME["whole"].to_numpy()).tolist())


def test_texts_have_their_most_frequent_values_first() -> None:
    found = profile("text")
    assert [(top.value, top.count) for top in found.top_values] == [("b", 400), ("", 200), ("a", 200)]
    assert (found.empty_count, found.missing_count, found.unique_count) == (200, 200, 3)


def test_dates_have_text_bounds_and_a_histogram() -> None:
    assert profile("day").minimum == "2024-01-01T00:00:00"
    assert profile("day").histogram is not None
    assert profile("flag").top_values[0].value == "true"


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame(),
        FRAME.head(0),
        FRAME.head(1),
        FRAME.clear(3),
        pl.DataFrame({"a": [1e308, -1e308], "b": [float("inf"), 1.0], "c": [5, 5], "d": [2**63 - 1, -(2**63)]}),
    ],
)
def test_any_table_has_a_profile_that_survives_json(frame: pl.DataFrame) -> None:
    found = profile_table(frame)
    assert msgspec.json.decode(msgspec.json.encode(found), type=TableProfile).row_count == frame.height


def test_a_folder_a_file_and_a_frame_have_equal_profiles(tmp_path: Path) -> None:
    FRAME.write_parquet(tmp_path / "data.parquet")
    assert profile_table(tmp_path) == profile_table(tmp_path / "data.parquet") == profile_table(FRAME.lazy())


def test_other_types_become_the_five() -> None:
    frame = pl.DataFrame(
        {
            "small": pl.Series([1], dtype=pl.Int8),
            "exact": pl.Series(["1.50"]).cast(pl.Decimal(10, 2)),
            "day": [date(2024, 1, 1)],
            "kind": pl.Series(["a"], dtype=pl.Categorical),
            "list": [[1, 2]],
            "nothing": [None],
        }
    )
    types = [column.type for column in describe_schema(conform(frame)).columns]
    assert types == ["integer", "decimal", "date", "string", "string", "string"]


@pytest.mark.parametrize("values", [[3.0], [0.0, 1e-320], [1e15, 1e15 + 1], [-5.0, -5.0]])
def test_narrow_columns_have_a_histogram(values: list[float]) -> None:
    found = histogram(np.array(values))
    assert found is not None
    assert sum(found.counts) == len(values)
    assert list(found.edges) == sorted(set(found.edges))


def test_few_values_are_counted_as_many_are(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["é", "z", "𝒳", "\uffff", "", None, "z", "10", "9", "\x00"]
    whole = [-3, 2**62, -(2**62), 0, None, 0, 7, 10, 9, 9]
    frame = pl.DataFrame(
        {
            "text": texts,
            "kind": pl.Series(texts, dtype=pl.Categorical),
            "whole": whole,
            "flag": [None if value is None else value > 0 for value in whole],
            "number": [float(value) if value is not None else None for value in whole],
            "nothing": pl.Series([None] * 10, dtype=pl.Null),
        }
    )
    few = profile_table(frame)
    monkeypatch.setattr("mlops.stats.profile.FEW_VALUES", -1)
    assert few == profile_table(frame.lazy())

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import lognorm

from mlops.blocks.casting import cast_column
from mlops.blocks.recipe import reduced, required_columns
from mlops.blocks.transforms import apply
from mlops.formats.refusal import Refusal
from mlops.formats.table import Column, ColumnType, TableSchema
from mlops.formats.transform import (
    Cast,
    FillMissing,
    KeepColumns,
    MarkMissing,
    Rename,
    RequirePresent,
    Rescale,
    RunPython,
    Transform,
)

FRAME = pl.DataFrame({"a": [1.0, None, 3.0], "b": ["x", "y", None], "c": [1, 2, 3]})


def test_rows_with_gaps_are_dropped_in_training_and_refused_at_scoring() -> None:
    step = RequirePresent(columns=("a", "b"))
    assert apply([step], FRAME, at_scoring=False).height == 1
    with pytest.raises(Refusal) as caught:
        apply([step], FRAME, at_scoring=True)
    assert (caught.value.code, caught.value.where.column, caught.value.where.row) == ("missing_value", "a", 1)


def test_marks_come_before_fills() -> None:
    steps = [MarkMissing(column="a", indicator="gap"), FillMissing(column="a", value=2.0)]
    result = apply(steps, FRAME, at_scoring=True)
    assert result["a"].to_list() == [1.0, 2.0, 3.0]
    assert result["gap"].to_list() == [False, True, False]


def test_nan_counts_as_missing() -> None:
    frame = pl.DataFrame({"a": [1.0, float("nan")]})
    assert apply([FillMissing(column="a", value=0)], frame, at_scoring=True)["a"].to_list() == [1.0, 0.0]


def test_a_date_is_filled_from_text() -> None:
    frame = pl.DataFrame({"day": [None, datetime(2024, 1, 2)]}, schema={"day": pl.Datetime("us")})
    filled = apply([FillMissing(column="day", value="2024-05-31T00:00:00")], frame, at_scoring=True)
    assert filled["day"][0] == datetime(2024, 5, 31)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("zscore", lambda x: (x - 2) / 4),
        ("minmax", lambda x: (x - 2) / 4),
        ("logistic", lambda x: 1 / (1 + np.exp(-(x - 2) / 4))),
        ("tanh", lambda x: np.tanh((x - 2) / 4)),
        ("lognormal", lambda x: lognorm.cdf(x, s=4, scale=np.exp(2))),
    ],
)
def test_rescaling_follows_its_formula(method: Any, expected: Any) -> None:
    values = np.array([-1.0, 0.0, 0.5, 2.0, 50.0])
    step = Rescale(column="x", method=method, offset=2.0, scale=4.0)
    result = apply([step], pl.DataFrame({"x": values}), at_scoring=True)["x"].to_numpy()
    np.testing.assert_allclose(result, expected(values), atol=1e-12)


def test_columns_can_swap_their_names() -> None:
    assert apply([Rename(names={"a": "c", "c": "a"})], FRAME, at_scoring=True)["a"].to_list() == [1, 2, 3]


@pytest.mark.parametrize(
    ("values", "type_", "expected"),
    [
        (["1", " 2 ", "", None], "integer", [1, 2, None, None]),
        (["3.0"], "integer", [3]),
        (["1.5", "2e3"], "decimal", [1.5, 2000.0]),
        (["Yes", "0", "TRUE"], "boolean", [True, False, True]),
        (["2024-05-31", "5/31/2024"], "date", [datetime(2024, 5, 31)] * 2),
        (["2024-05-31T12:00:00+02:00", "2024-05-31T10:00:00Z"], "date", [datetime(2024, 5, 31, 10)] * 2),
        ([2.0, None], "integer", [2, None]),
        ([1, 0], "boolean", [True, False]),
        ([True, None], "string", ["true", None]),
        ([datetime(2024, 5, 31)], "string", ["2024-05-31T00:00:00"]),
        ([9007199254740993], "string", ["9007199254740993"]),
        (["9007199254740993"], "integer", [9007199254740993]),
    ],
)
def test_types_change_without_losing_anything(values: list[Any], type_: ColumnType, expected: list[Any]) -> None:
    assert cast_column(pl.Series("v", values), type_).to_list() == expected


@pytest.mark.parametrize(
    ("values", "type_"), [(["1", "abc"], "integer"), ([1.0, 2.5], "integer"), ([1, 2], "boolean"), (["", "?"], "date")]
)
def test_a_value_that_cannot_be_converted_is_named_with_its_row(values: list[Any], type_: ColumnType) -> None:
    with pytest.raises(Refusal, match="Row 2, column 'v'") as caught:
        cast_column(pl.Series("v", values), type_)
    assert caught.value.where.row == 1
    assert caught.value.where.value == str(values[1])


SOURCE = TableSchema(columns=tuple(Column(name=name, type="decimal") for name in ("a", "b", "c", "label")))


def test_a_recipe_shrinks_to_what_the_features_need() -> None:
    recipe: tuple[Transform, ...] = (
        KeepColumns(columns=("a", "b", "label")),
        RequirePresent(columns=("a", "b", "label")),
        Rescale(column="a", method="zscore", offset=0, scale=1),
        Rescale(column="b", method="zscore", offset=0, scale=1),
        Rename(names={"a": "A", "b": "B"}),
        Cast(column="label", type="string"),
    )
    steps, source = reduced(recipe, SOURCE, features=["A"], label="label")
    assert source.names == ("a",)
    assert [type(step).__name__ for step in steps] == ["RequirePresent", "Rescale", "Rename"]
    assert steps[0] == RequirePresent(columns=("a",))


def test_a_script_gets_everything_but_the_label() -> None:
    recipe = (Rename(names={"label": "y"}), KeepColumns(columns=("a", "b", "y")), RunPython(script=""))
    steps, source = reduced(recipe, SOURCE, features=["a"], label="y")
    assert source.names == ("a", "b")
    assert steps == (KeepColumns(columns=("a", "b")), RunPython(script=""))


def test_an_indicator_needs_the_column_that_it_marks() -> None:
    recipe = (MarkMissing(column="b", indicator="gap"), FillMissing(column="b", value=0))
    steps, source = reduced(recipe, SOURCE, features=["a", "gap"], label="label")
    assert source.names == ("a", "b")
    assert steps == recipe[:1]


def test_a_column_is_required_where_a_gap_would_be_refused() -> None:
    recipe = (Rename(names={"a": "A"}), FillMissing(column="b", value=0), RequirePresent(columns=("A", "b")))
    required = required_columns(recipe, SOURCE, features=["A", "b", "c"], complete=False)
    assert required == {"a"}
    assert required_columns(recipe, SOURCE, features=["A", "b", "c"], complete=True) == {"a", "c"}

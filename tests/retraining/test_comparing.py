"""The child processes of a comparison, called as functions: rows, scores, metrics, slices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest

from mlops.formats.evidence import SideFound
from mlops.formats.refusal import Refusal
from mlops.formats.retraining import SliceRule
from mlops.retraining.judge_scores import judge
from mlops.retraining.orders import JudgeOrder, RowsOrder
from mlops.retraining.prepare_rows import prepare
from mlops.retraining.score_rows import scored
from tests.packaging.trained import cars, train
from tests.retraining.conftest import prices, trained


@pytest.fixture
def compared(tmp_path: Path):
    """Both models' scores on the rows beside the order."""

    def compare(rows: pl.DataFrame, *, label: str = "price", old: Path | None = None, **order: Any) -> Any:
        table = tmp_path / "table"
        table.mkdir()
        rows.write_parquet(table / "data.parquet")
        prepare(RowsOrder(out=str(tmp_path), most_rows=50_000, table=str(table), label=label))
        sides = {}
        for name, folder in (("challenger", trained()), ("champion", old or trained(shift=500.0))):
            (tmp_path / name).mkdir()
            scores, side = scored(folder, pl.read_parquet(tmp_path / "rows.parquet"))
            scores.write_parquet(tmp_path / name / "scores.parquet")
            sides[name] = msgspec.structs.replace(side, label=name)
        return judge(JudgeOrder(folder=str(tmp_path), label=label, resamples=200, **sides, **order))

    return compare


def test_the_better_one_has_a_positive_difference_whatever_way_the_metric_goes(compared):
    found = {one.metric: one for one in compared(prices(300)).metrics}
    for metric in ("root_mean_squared_error", "coefficient_of_determination"):
        assert found[metric].low > 0
        assert found[metric].low <= found[metric].difference <= found[metric].high
    assert sum(found["root_mean_squared_error"].draws.counts) == 200


def test_each_slice_is_compared_at_the_confidence_of_all_together(compared):
    rules = (SliceRule(column="make"), SliceRule(column="power"), SliceRule(column="colour"))
    found = compared(prices(300), slices=rules)
    assert found.slices_compared == 7
    assert {one.value for one in found.slices if one.column == "make"} == {"audi", "bmw", "fiat"}
    assert [one.note for one in found.slices if one.column == "colour"] == [
        "The held-out rows have no column “colour”."
    ]
    assert all(one.low < one.difference < one.high for one in found.slices if one.difference is not None)
    assert sum(one.rows for one in found.slices if one.column == "power") == 300


def test_small_slices_are_told_and_not_compared(compared):
    found = compared(prices(40), slices=(SliceRule(column="make", least_rows=30),))
    assert {one.note for one in found.slices} == {"Fewer than 30 rows."}


def test_rows_without_a_label_are_left_out_and_counted(compared):
    frame = prices(200).with_columns(price=pl.when(pl.int_range(pl.len()) < 50).then(None).otherwise(pl.col("price")))
    found = compared(frame)
    assert (found.rows, found.unlabelled) == (150, 50)


@pytest.mark.parametrize(
    ("frame", "label", "code"),
    [
        (prices(50).drop("price"), "price", "label_missing"),
        (prices(50).with_columns(price=pl.lit(None, dtype=pl.Float64)), "price", "no_label_here"),
    ],
)
def test_a_label_that_is_missing_is_named(compared, frame, label, code):
    with pytest.raises(Refusal) as refused:
        compared(frame, label=label)
    assert refused.value.code == code


def test_labels_that_came_as_text_are_read_as_the_model_predicts_them(compared):
    found = compared(prices(100).with_columns(pl.col("price").cast(pl.String)))
    assert found.rows == 100


def test_rows_that_one_model_refuses_are_found_and_left_out(tmp_path):
    rows = prices(600).with_row_index("__mlops_row__")
    holes = rows.with_columns(power=pl.when(pl.col("__mlops_row__") % 100 == 7).then(None).otherwise(pl.col("power")))
    scores, side = scored(trained(), holes)
    assert side.rows + side.refused == 600
    assert (side.refused, scores.height) in {(6, 594), (0, 600)}


def test_a_model_that_lacks_a_column_says_which():
    rows = prices(50).drop("power").with_row_index("__mlops_row__")
    with pytest.raises(Refusal, match="power"):
        scored(trained(), rows)


def test_classes_are_compared_by_name(tmp_path, compared):
    frame = cars(400, gaps=False).select("power", "weight", "expensive")
    folders = {
        name: train(tmp_path / f"model-{name}", "two_class_logistic_regression", "expensive", frame=part)
        for name, part in (("challenger", frame), ("champion", frame.with_columns(power=pl.lit(100))))
    }
    rows = frame.with_row_index("__mlops_row__")
    rows.write_parquet(tmp_path / "rows.parquet")
    sides: dict[str, SideFound] = {}
    for name, folder in folders.items():
        (tmp_path / name).mkdir()
        scores, sides[name] = scored(folder, rows)
        scores.write_parquet(tmp_path / name / "scores.parquet")
    found = judge(JudgeOrder(folder=str(tmp_path), label="expensive", resamples=100, **sides))
    assert (found.task, found.usual_metric) == ("two_class", "auc")
    assert next(one for one in found.metrics if one.metric == "auc").low > 0


def test_more_rows_than_are_wanted_are_taken_evenly(tmp_path):
    (tmp_path / "table").mkdir()
    pl.DataFrame({"x": np.arange(1000)}).write_parquet(tmp_path / "table" / "data.parquet")
    found = prepare(RowsOrder(out=str(tmp_path), most_rows=100, table=str(tmp_path / "table")))
    assert (found.rows, found.sampled_from) == (100, 1000)


def test_rows_that_the_pipeline_changed_are_those_of_the_dataset_with_the_pipelines_label(tmp_path):
    table = tmp_path / "table"
    table.mkdir()
    pl.DataFrame({"x": [0.5, -0.5], "y": [1.0, 3.0]}).write_parquet(table / "data.parquet")
    pl.DataFrame({"row": [2, 0]}).write_parquet(table / "origin.parquet")
    pl.DataFrame({"x": [10, 20, 30], "y": [3.0, 2.0, 9.0]}).write_parquet(tmp_path / "source.parquet")
    prepare(
        RowsOrder(out=str(tmp_path), most_rows=9, table=str(table), source=str(tmp_path / "source.parquet"), label="y")
    )
    assert pl.read_parquet(tmp_path / "rows.parquet").drop("__mlops_row__").rows() == [(30, 1.0), (10, 3.0)]

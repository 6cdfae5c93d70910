"""What components that reshape tables, and clip, bin or replace values do, beyond what all have in common."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from mlops.blocks.binning import entropy_edges
from mlops.blocks.scoring import load_model
from mlops.formats.refusal import Refusal
from tests.blocks.workshop import Workshop, cars


def made(workshop: Workshop, name: str, frame: pl.DataFrame, **parameters: Any) -> pl.DataFrame:
    outputs = workshop.run(name, parameters, dataset=workshop.put(frame))
    return workshop.table(next(iter(outputs.values()))).frame


def test_columns_of_one_name_get_a_number(workshop: Workshop) -> None:
    left, right = (workshop.put(pl.DataFrame({"a": [1, 2], "b": [3, 4]})) for _ in range(2))
    folder = workshop.run("add_columns", {}, left_dataset=left, right_dataset=right)["combined_dataset"]
    assert workshop.table(folder).frame.columns == ["a", "b", "a (1)", "b (1)"]


def test_a_shorter_table_can_be_filled(workshop: Workshop) -> None:
    left, right = workshop.put(pl.DataFrame({"a": [1, 2]})), workshop.put(pl.DataFrame({"b": [3]}))
    chosen = {"different_row_counts": "fill"}
    folder = workshop.run("add_columns", chosen, left_dataset=left, right_dataset=right)["combined_dataset"]
    assert workshop.table(folder).frame["b"].to_list() == [3, None]


def test_rows_of_one_dataset_keep_their_way_back(workshop: Workshop) -> None:
    halves = workshop.run("split_data", {}, dataset=workshop.put(cars()))
    joined = workshop.run("add_rows", {}, dataset1=halves["results_dataset1"], dataset2=halves["results_dataset2"])
    model = load_model(workshop.trained("linear_regression", joined["results_dataset"]))
    assert not model.manifest.broken
    strange = workshop.run("add_rows", {}, dataset1=workshop.put(cars()), dataset2=workshop.put(cars(10)))
    assert "Add Rows" in workshop.table(strange["results_dataset"]).meta.broken


@pytest.mark.parametrize(
    ("other", "code"),
    [(pl.DataFrame({"b": [1]}), "column_names_differ"), (pl.DataFrame({"a": ["x"]}), "column_types_differ")],
)
def test_rows_of_other_columns_are_refused(workshop: Workshop, other: pl.DataFrame, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        workshop.run("add_rows", {}, dataset1=workshop.put(pl.DataFrame({"a": [1]})), dataset2=workshop.put(other))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("substitute", "expected"),
    [("threshold", 100.0), ("mean", 2268.75), ("median", 27.5), ("missing", None)],
)
def test_peaks_are_replaced(workshop: Workshop, substitute: str, expected: float | None) -> None:
    frame = pl.DataFrame({"income": [20, 25, 30, 9000]})
    chosen = {"constant_value_of_upper_threshold": 100, "upper_substitute_value": substitute}
    assert made(workshop, "clip_values", frame, **chosen)["income"].to_list() == [20.0, 25.0, 30.0, expected]


def test_clipping_beside_the_column_says_where(workshop: Workshop) -> None:
    frame = pl.DataFrame({"x": [-5.0, None, 0.5]})
    chosen = {"set_of_thresholds": "clip_subpeaks", "overwrite": False, "add_indicator_columns": True}
    result = made(workshop, "clip_values", frame, **chosen)
    assert result["x_clipped"].to_list() == [-1.0, None, 0.5]
    assert result["x_is_clipped"].to_list() == [True, False, False]


def test_indicators_count_gaps_and_ignore_new_categories(workshop: Workshop) -> None:
    frame = pl.DataFrame({"fuel": ["gas", "diesel", None]})
    result = made(workshop, "convert_to_indicator_values", frame)
    assert result.columns == ["fuel", "fuel- diesel", "fuel- gas", "fuel- Missing"]
    assert result["fuel- Missing"].to_list() == [0, 0, 1]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"binning_mode": "custom_edges", "comma_separated_list_of_bin_edges": "60, 18"}, [1, 1, 2, 3, None]),
        ({"binning_mode": "equal_width", "number_of_bins": 2}, [1, 1, 1, 2, None]),
        ({"number_of_bins": 2}, [1, 1, 2, 2, None]),
        ({"number_of_bins": 2, "quantile_normalization": "percent"}, [50.0, 50.0, 100.0, 100.0, None]),
    ],
)
def test_numbers_fall_into_bins(workshop: Workshop, parameters: dict[str, Any], expected: list[Any]) -> None:
    frame = pl.DataFrame({"age": [5, 18, 30, 64, None]})
    result = made(workshop, "group_data_into_bins", frame, output_mode="result_only", **parameters)
    assert result.columns == ["age_quantized"]
    assert result["age_quantized"].to_list() == expected


def test_entropy_cuts_where_the_classes_change_and_nowhere_else() -> None:
    values = pl.Series([float(place) for place in range(60)])
    assert entropy_edges(values, pl.Series(["a"] * 20 + ["b"] * 20 + ["a"] * 20)) == [19.5, 39.5]
    assert entropy_edges(values, pl.Series(["a", "b"] * 30)) == []


def test_a_missing_value_is_written_in_many_ways(workshop: Workshop) -> None:
    frame = pl.DataFrame({"t": ["a", "?", "?b"], "n": [-999, 1, 1999]})
    assert made(workshop, "convert_to_dataset", frame, action="set_missing_value")["t"].to_list() == ["a", None, "?b"]
    replaced = {"action": "replace_values", "replace": "custom", "custom_value": "-999", "new_value": "0"}
    assert made(workshop, "convert_to_dataset", frame, **replaced)["n"].to_list() == [0, 1, 1999]


def test_the_first_or_the_last_of_equal_rows_stays(workshop: Workshop) -> None:
    frame = pl.DataFrame({"customer": ["anna", "ben", "anna"], "n": [3, 4, 5]})
    kept = made(workshop, "remove_duplicate_rows", frame, key_columns=["customer"])
    assert kept["n"].to_list() == [3, 4]
    last = {"key_columns": ["customer"], "retain_first_duplicate_row": False}
    assert made(workshop, "remove_duplicate_rows", frame, **last)["n"].to_list() == [4, 5]


@pytest.mark.parametrize(("percentage", "rows"), [(0, 120), (100, None), (200, None)])
def test_smote_adds_rows_of_the_rarer_class_only(workshop: Workshop, percentage: int, rows: int | None) -> None:
    frame = cars()
    rare, count = frame["sold"].value_counts().sort("count").row(0)
    chosen = {"label_column": "sold", "smote_percentage": percentage}
    result = made(workshop, "smote", frame, **chosen)
    assert result.head(120).equals(frame)
    assert result.height == (rows or 120 + count * percentage // 100)
    assert set(result[120:]["sold"]) <= {rare}


def test_a_model_behind_smote_scores_raw_rows(workshop: Workshop) -> None:
    grown = workshop.run("smote", {"label_column": "sold"}, dataset=workshop.put(cars()))["results_dataset"]
    model = load_model(workshop.trained("two_class_logistic_regression", grown))
    assert model.score(cars()).height == 120


@pytest.mark.parametrize(
    ("parameters", "sizes"),
    [
        ({"number_of_folds": 4}, [30, 30, 30, 30]),
        ({"partitioner_method": "proportions", "proportion_list_of_folds": "0.7, 0.2"}, [84, 24, 12]),
        ({"number_of_folds": 3, "stratified_split": True, "stratification_key_column": "make"}, [40, 40, 40]),
    ],
)
def test_rows_are_dealt_out_to_folds(workshop: Workshop, parameters: dict[str, Any], sizes: list[int]) -> None:
    chosen = {"partition_or_sample_mode": "assign_to_folds", **parameters}
    folder = workshop.run("partition_and_sample", chosen, dataset=workshop.put(cars()))["o_dataset"]
    assert workshop.table(folder).frame["Fold"].value_counts().sort("Fold")["count"].to_list() == sizes
    picked = {"partition_or_sample_mode": "pick_fold", "fold_to_pick": 2}
    part = workshop.run("partition_and_sample", picked, dataset=folder)["o_dataset"]
    assert workshop.table(part).frame.height == sizes[1]
    assert not load_model(workshop.trained("linear_regression", part)).manifest.broken


def test_a_sample_is_a_share_of_the_rows(workshop: Workshop) -> None:
    assert made(workshop, "partition_and_sample", cars(), rate_of_sampling=0.25).height == 30
    head = {"partition_or_sample_mode": "head", "number_of_rows_to_select": 7}
    assert made(workshop, "partition_and_sample", cars(), **head).equals(cars().head(7))


def test_a_selection_of_columns_is_carried_to_other_tables(workshop: Workshop) -> None:
    wanted = workshop.put(cars().select("power", "price"))
    chosen = workshop.run("select_columns_transform", {}, dataset=wanted)["columns_selection_transformation"]
    folder = workshop.run("apply_transformation", {}, transformation=chosen, dataset=workshop.put(cars()))
    assert workshop.table(folder["transformed_dataset"]).frame.columns == ["power", "price"]

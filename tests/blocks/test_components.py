"""What single components do to tables, beyond what all of them have in common."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from mlops.formats.refusal import Refusal
from tests.blocks.workshop import Workshop, cars

GAPS = pl.DataFrame(
    {"n": [1, None, 4, 4], "x": [1.0, None, None, 6.0], "t": ["b", "a", None, "b"], "e": [None] * 4}
).cast({"e": pl.Float64})


def cleaned(workshop: Workshop, **parameters: Any) -> pl.DataFrame:
    folder = workshop.run("clean_missing_data", parameters, dataset=workshop.put(GAPS))["cleaned_dataset"]
    return workshop.table(folder).frame


def split(workshop: Workshop, frame: pl.DataFrame, **parameters: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    folders = workshop.run("split_data", parameters, dataset=workshop.put(frame))
    first, second = (workshop.table(folders[port]).frame for port in ("results_dataset1", "results_dataset2"))
    return first, second


@pytest.mark.parametrize(
    ("mode", "n", "x", "t"),
    [
        ("custom_value", 0, 0.0, "0"),
        ("replace_with_mean", 3, 3.5, None),
        ("replace_with_median", 4, 3.5, None),
        ("replace_with_mode", 4, 1.0, "b"),
    ],
)
def test_gaps_are_filled_in_the_type_of_the_column(workshop: Workshop, mode: str, n: Any, x: Any, t: Any) -> None:
    frame = cleaned(workshop, cleaning_mode=mode)
    assert (frame["n"][1], frame["x"][1], frame["t"][2]) == (n, x, t)
    assert frame.columns == ["n", "x", "t"]


def test_an_empty_column_can_stay(workshop: Workshop) -> None:
    kept = cleaned(workshop, cleaning_mode="replace_with_mean", cols_with_all_missing_values="propagate")
    assert kept.columns == GAPS.columns


def test_rows_or_columns_with_gaps_can_go(workshop: Workshop) -> None:
    chosen = {"columns_to_be_cleaned": ["n", "x", "t"]}
    assert cleaned(workshop, cleaning_mode="remove_entire_row", **chosen).height == 2
    assert cleaned(workshop, cleaning_mode="remove_entire_column", **chosen).columns == ["e"]


def test_only_columns_in_the_missing_value_ratio_are_touched(workshop: Workshop) -> None:
    frame = cleaned(workshop, minimum_missing_value_ratio=0.4, maximum_missing_value_ratio=0.6)
    assert frame["x"].null_count() == 0
    assert frame["n"].null_count() == 1


def test_a_replacement_that_does_not_fit_is_refused_only_where_there_are_gaps(workshop: Workshop) -> None:
    fine = GAPS.with_columns(n=pl.lit(1))
    parameters = {"replacement_value": "unknown", "columns_to_be_cleaned": ["n", "t"]}
    workshop.run("clean_missing_data", parameters, dataset=workshop.put(fine))
    with pytest.raises(Refusal, match="'unknown' is no integer value") as caught:
        workshop.run("clean_missing_data", parameters, dataset=workshop.put(GAPS))
    assert caught.value.where.column == "n"


def test_a_split_is_repeatable_complete_and_moved_by_its_seed(workshop: Workshop) -> None:
    frame = cars(101)
    first, second = split(workshop, frame, fraction_of_rows_in_the_first_output_dataset=0.7)
    again, _ = split(workshop, frame, fraction_of_rows_in_the_first_output_dataset=0.7)
    other, _ = split(workshop, frame, fraction_of_rows_in_the_first_output_dataset=0.7, random_seed=1)
    assert (first.height, second.height) == (71, 30)
    assert pl.concat([first, second]).sort(frame.columns).equals(frame.sort(frame.columns))
    assert first.equals(again)
    assert not first.equals(other)


def test_a_stratified_split_keeps_the_mix(workshop: Workshop) -> None:
    frame = pl.DataFrame({"k": ["a"] * 10 + ["b"] * 90, "i": range(100)})
    first, _ = split(workshop, frame, stratified_split=True, stratification_key_column="k")
    assert first["k"].value_counts().sort("k")["count"].to_list() == [5, 45]


def test_an_unrandomized_split_takes_the_first_rows(workshop: Workshop) -> None:
    first, _ = split(workshop, pl.DataFrame({"i": range(10)}), randomized_split=False)
    assert first["i"].to_list() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("mode", "expression", "expected"),
    [
        ("regular_expression", '\\"make" ^b', {"bmw"}),
        ("regular_expression", '"make" (?i)FIAT|audi', {"fiat", "audi"}),
        ("relative_expression", '\\"make" == "bmw" | \\"make" == fiat', {"bmw", "fiat"}),
        ("relative_expression", '\\"make" != "bmw" & \\"power" >= 0', {"audi", "fiat"}),
    ],
)
def test_expressions_choose_the_first_part(workshop: Workshop, mode: str, expression: str, expected: set[str]) -> None:
    first, second = split(workshop, cars(), splitting_mode=mode, **{mode: expression})
    assert set(first["make"]) == expected
    assert not expected & set(second["make"])


def test_a_comparison_may_take_the_column_before_it(workshop: Workshop) -> None:
    wanted = '\\"built" >= 1/1/2021 & < 2022-01-01'
    first, second = split(workshop, cars(), splitting_mode="relative_expression", relative_expression=wanted)
    assert set(first["built"].dt.year()) == {2021}
    assert 2021 not in set(second["built"].dt.year())


def test_rows_with_a_gap_go_to_the_second_part(workshop: Workshop) -> None:
    first, second = split(workshop, GAPS, splitting_mode="relative_expression", relative_expression='"n" != 4')
    assert first["n"].to_list() == [1]
    assert second["n"].to_list() == [None, 4, 4]


def test_a_constant_column_becomes_zero_or_missing(workshop: Workshop) -> None:
    frame = pl.DataFrame({"c": [5, 5, None]})
    for use_zero, expected in ((True, [0.0, 0.0, None]), (False, [None] * 3)):
        parameters = {"use_0_for_constant_columns": use_zero, "transformation_method": "logistic"}
        folder = workshop.run("normalize_data", parameters, dataset=workshop.put(frame))["transformed_dataset"]
        assert workshop.table(folder).frame["c"].to_list() == expected


def test_edit_metadata_marks_and_renames_at_once(workshop: Workshop) -> None:
    parameters = {"column": ["power"], "categorical": "categorical", "fields": "labels", "new_column_names": "hp"}
    folder = workshop.run("edit_metadata", parameters, dataset=workshop.put(cars()))["results_dataset"]
    column = workshop.table(folder).schema.column("hp")
    assert column is not None
    assert (column.categorical, column.role, column.type) == (True, "label", "integer")

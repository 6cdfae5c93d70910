from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest

from mlops.blocks.folding import fold_numbers
from mlops.blocks.values import Table, new_table
from mlops.formats.finding import FINDING_FILE, CrossValidation, Finding
from mlops.formats.refusal import Refusal
from tests.blocks.workshop import LABELS, Workshop, cars

ONE_OF_EACH = (
    "linear_regression",
    "fast_forest_quantile_regression",
    "two_class_boosted_decision_tree",
    "multiclass_logistic_regression",
)


def validated(workshop: Workshop, learner: str, frame: pl.DataFrame | None = None, **more: Any) -> dict[str, Path]:
    parameters = {"label_column": LABELS[learner], "number_of_folds": 4} | more
    data = workshop.put(cars() if frame is None else frame)
    untrained = workshop.untrained(learner)
    return workshop.run("cross_validate_model", parameters, untrained_model=untrained, dataset=data)


def finding(folder: Path) -> CrossValidation:
    found = msgspec.json.decode((folder / FINDING_FILE).read_bytes(), type=Finding)
    assert isinstance(found, CrossValidation)
    return found


@pytest.mark.parametrize("learner", ONE_OF_EACH)
def test_every_row_is_scored_once_in_its_old_place(workshop: Workshop, learner: str) -> None:
    table = workshop.table(validated(workshop, learner)["scored_results"])
    assert table.frame["weight"].equals(cars()["weight"])
    assert sorted(table.frame["Fold number"].unique()) == [0, 1, 2, 3]
    assert table.frame["Scored Labels"].null_count() == 0
    assert table.meta.broken


def test_a_fold_is_scored_by_a_model_of_the_other_rows(workshop: Workshop) -> None:
    table = workshop.table(validated(workshop, "linear_regression")["scored_results"]).frame
    others = cars().filter(table["Fold number"] != 2)
    model = workshop.trained("linear_regression", workshop.put(others))
    inside = workshop.put(cars().filter(table["Fold number"] == 2))
    alone = workshop.run("score_model", {}, trained_model=model, dataset=inside)["scored_dataset"]
    expected = table.filter(pl.col("Fold number") == 2)["Scored Labels"]
    assert workshop.table(alone).frame["Scored Labels"].equals(expected)


def test_mean_and_deviation_stand_below_the_folds(workshop: Workshop) -> None:
    rows = workshop.table(validated(workshop, "two_class_logistic_regression")["evaluation_results_by_fold"]).frame
    assert rows["Fold number"].to_list() == ["0", "1", "2", "3", "Mean", "Standard Deviation"]
    folds = rows.head(4)["accuracy"].to_numpy()
    assert rows["accuracy"][4] == pytest.approx(folds.mean())
    assert rows["accuracy"][5] == pytest.approx(folds.std(ddof=1))
    assert workshop.report.metrics["accuracy_mean"] == pytest.approx(folds.mean())


def test_the_scored_rows_can_be_evaluated(workshop: Workshop) -> None:
    results = validated(workshop, "multiclass_logistic_regression")
    workshop.run("evaluate_model", {}, scored_dataset=results["scored_results"])
    overall = finding(results["evaluation_results_by_fold"]).overall
    assert overall is not None
    assert workshop.report.metrics["overall_accuracy"] == overall.metrics["overall_accuracy"]


def test_folds_of_partition_and_sample_are_kept(workshop: Workshop) -> None:
    frame = cars().with_columns(group=pl.int_range(pl.len()) % 3 + 1)
    table = new_table(frame)
    marked = [msgspec.structs.replace(c, role="fold") if c.name == "group" else c for c in table.schema.columns]
    numbers = fold_numbers(table.described(tuple(marked)), "price", "regression", folds=10, seed=1)
    assert np.array_equal(numbers, np.arange(120) % 3)


def test_classes_are_spread_evenly_over_the_folds() -> None:
    frame = cars(200).with_columns(sold=pl.Series(["yes"] * 20 + ["no"] * 180))
    table: Table = new_table(frame)
    numbers = fold_numbers(table, "sold", "two_class", folds=10, seed=3)
    assert np.bincount(numbers[:20]).tolist() == [2] * 10
    assert np.bincount(numbers).tolist() == [20] * 10


def test_a_class_that_is_rare_is_absent_from_some_folds_and_no_fault(workshop: Workshop) -> None:
    make = pl.when(pl.int_range(pl.len()) < 1).then(pl.lit("zastava")).otherwise("make").alias("make")
    table = workshop.table(
        validated(workshop, "multiclass_logistic_regression", cars().with_columns(make))["scored_results"]
    )
    shares = table.frame.select(pl.selectors.starts_with("Scored Probabilities"))
    assert shares.width == 4
    assert shares.sum_horizontal().to_numpy() == pytest.approx(np.ones(120))


def test_a_class_of_one_row_cannot_be_cross_validated(workshop: Workshop) -> None:
    sold = pl.when(pl.int_range(pl.len()) < 1).then(pl.lit("yes")).otherwise(pl.lit("no")).alias("sold")
    with pytest.raises(Refusal) as caught:
        validated(workshop, "two_class_logistic_regression", cars().with_columns(sold))
    assert caught.value.code == "too_few_of_a_class"
    assert "'yes'" in caught.value.message

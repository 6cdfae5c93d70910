from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest

from mlops.formats.finding import FINDING_FILE, Comparison, Finding
from mlops.formats.refusal import Refusal
from tests.blocks.workshop import Workshop, cars


def scored(workshop: Workshop, noise: float, *, rows: int = 400, seed: int = 1) -> Path:
    """A table whose scores miss the price by so much."""
    frame = cars(rows)
    missed = np.random.default_rng(seed).normal(0, noise, rows)
    script = (
        "def azureml_main(dataframe1=None, dataframe2=None):\n"
        "    dataframe1['Scored Labels'] = dataframe1['price'] + dataframe1['missed']\n    return dataframe1,"
    )
    data = workshop.put(frame.with_columns(missed=pl.Series(missed)))
    said = workshop.run("execute_python_script", {"python_script": script}, dataset1=data)["result_dataset"]
    return workshop.run("edit_metadata", {"column": ["price"], "fields": "labels"}, dataset=said)["results_dataset"]


def compared(workshop: Workshop, *tables: Path, **parameters: Any) -> Comparison:
    inputs = {f"scored_dataset{number}": table for number, table in enumerate(tables, start=1)}
    folder = workshop.run("compare_models", {"resamples": 300} | parameters, **inputs)["comparison"]
    found = msgspec.json.decode((folder / FINDING_FILE).read_bytes(), type=Finding)
    assert isinstance(found, Comparison)
    return found


def test_a_clear_difference_is_called_one(workshop: Workshop) -> None:
    found = compared(workshop, scored(workshop, 500), scored(workshop, 100), names="Bad; Good")
    assert [one.verdict for one in found.differences] == ["worse", "best"]
    assert found.differences[0].high < 0
    assert found.verdict.startswith("Good is best by mean absolute error")
    assert "better than Bad" in found.verdict
    assert found.paired


def test_equal_models_may_be_equally_good(workshop: Workshop) -> None:
    found = compared(workshop, scored(workshop, 300, seed=2), scored(workshop, 300, seed=3))
    assert sorted(one.verdict for one in found.differences) == ["best", "open"]
    assert "may be as good" in found.verdict


def test_other_rows_are_compared_without_pairs_and_it_is_said(workshop: Workshop) -> None:
    found = compared(workshop, scored(workshop, 500), scored(workshop, 100, rows=300))
    assert not found.paired
    assert "different rows" in found.verdict


def test_eight_models_stand_in_one_table(workshop: Workshop) -> None:
    found = compared(workshop, *(scored(workshop, 100 * number, rows=60) for number in range(1, 9)), resamples=50)
    assert [one.name for one in found.evaluated] == [f"Model {number}" for number in range(1, 9)]
    assert workshop.report.metrics["best_mean_absolute_error"] == found.differences[0].value


def test_different_kinds_of_models_are_refused(workshop: Workshop) -> None:
    data = workshop.put(cars())
    model = workshop.trained("two_class_logistic_regression", data)
    classes = workshop.run("score_model", {}, trained_model=model, dataset=data)["scored_dataset"]
    with pytest.raises(Refusal) as caught:
        compared(workshop, scored(workshop, 100), classes)
    assert (caught.value.code, caught.value.where.port) == ("tasks_differ", "scored_dataset2")

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from mlops.blocks.scoring import load_model
from mlops.formats.finding import FINDING_FILE, Finding, Sweep
from mlops.formats.refusal import Refusal
from mlops.packaging.onnx_graph import compile_model
from mlops.packaging.parity import certify
from mlops.packaging.references import of_sample
from tests.blocks.workshop import Workshop, cars, digest

QUICK = {"time_budget_in_minutes": 0, "maximum_number_of_trials": 8, "number_of_folds": 2}


def searched(workshop: Workshop, label: str, frame: pl.DataFrame | None = None, **more: Any) -> dict[str, Path]:
    kind = "regression" if label == "price" else "classification"
    inputs = more.pop("inputs", {}) | {"dataset": workshop.put(cars() if frame is None else frame)}
    return workshop.run(f"automl_{kind}", QUICK | {"label_column": label} | more, **inputs)


def leaderboard(outputs: dict[str, Path]) -> Sweep:
    found = msgspec.json.decode((outputs["leaderboard"] / FINDING_FILE).read_bytes(), type=Finding)
    assert isinstance(found, Sweep)
    return found


@pytest.mark.parametrize(
    ("label", "metric", "at_least"),
    [("price", "coefficient_of_determination", 0.9), ("sold", "auc", 0.9), ("make", "auc", 0.9)],
)
def test_a_good_model_is_found_and_can_be_scored(workshop: Workshop, label: str, metric: str, at_least: float) -> None:
    outputs = searched(workshop, label, metric=metric)
    found = leaderboard(outputs)
    best = found.trials[found.best - 1]
    assert best.metrics[found.metric] > at_least
    assert len({trial.values["learner"] for trial in found.trials}) >= 2 - (label == "make")
    model = load_model(outputs["best_model"])
    assert model.score(cars().drop(label)).height == 120
    assert not model.manifest.broken


def test_equal_seeds_give_equal_bytes_with_a_budget_of_trials(workshop: Workshop) -> None:
    first, second = (searched(workshop, "sold", cars(gaps=True)) for _time in range(2))
    assert digest(first["leaderboard"]) == digest(second["leaderboard"])
    assert digest(first["best_model"]) == digest(second["best_model"])


def test_gaps_are_filled_and_the_model_takes_requests_with_gaps(workshop: Workshop) -> None:
    outputs = searched(workshop, "price", cars(gaps=True), maximum_number_of_trials=12)
    found = leaderboard(outputs)
    assert {trial.values["missing"] for trial in found.trials} > {"leave"}
    assert not any(trial.state == "failed" for trial in found.trials)
    assert load_model(outputs["best_model"]).score(cars(gaps=True).drop("price")).height == 120


def test_columns_that_teach_nothing_are_left_out_and_it_is_said(workshop: Workshop) -> None:
    frame = cars().with_columns(country=pl.lit("it"), name=pl.int_range(pl.len()).cast(pl.String))
    outputs = searched(workshop, "price", frame, maximum_number_of_trials=2)
    columns = [feature.column for feature in load_model(outputs["best_model"]).manifest.features]
    assert "country" not in columns
    assert "name" not in columns
    assert leaderboard(outputs).notes[0] == "'country' is left out: it has one single value."


def test_it_ends_when_nothing_gets_better(workshop: Workshop) -> None:
    found = leaderboard(searched(workshop, "sold", trials_without_improvement=3, maximum_number_of_trials=60))
    assert len(found.trials) < 60
    assert "Nothing was better" in found.notes[-1]


def test_a_validation_table_judges(workshop: Workshop) -> None:
    found = leaderboard(searched(workshop, "price", inputs={"validation_dataset": workshop.put(cars(60))}))
    assert found.folds == 0


def test_progress_says_what_is_tried_and_what_is_best(workshop: Workshop) -> None:
    searched(workshop, "price", time_budget_in_minutes=5)
    told = [line for line in workshop.report.lines if line.startswith("Trial ")]
    assert len(told) == 8
    assert all("learner" in line and "left" in line for line in told)
    assert any("best so far" in line for line in told)


def test_a_label_of_one_class_is_refused(workshop: Workshop) -> None:
    with pytest.raises(Refusal) as caught:
        searched(workshop, "sold", cars().with_columns(sold=pl.lit("yes")))
    assert caught.value.code in ("label_constant", "label_not_two_class")


def test_the_best_model_has_an_accepted_onnx_form(workshop: Workshop) -> None:
    folder = searched(workshop, "sold", cars(gaps=True))["best_model"]
    model = load_model(folder)
    reference = of_sample(folder, model.manifest.signature)
    certificate = certify(model, compile_model(folder).SerializeToString(), reference=reference, tolerance=1e-4)
    assert certificate.accepted, certificate.reason

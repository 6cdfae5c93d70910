from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from mlops.blocks.scoring import load_model
from mlops.formats.finding import FINDING_FILE, Finding, Sweep
from mlops.formats.refusal import Refusal
from tests.blocks.examples.tune_model_hyperparameters import RANGES
from tests.blocks.workshop import LABELS, Workshop, cars, digest

MODES = ("entire_grid", "random_sweep", "random_grid", "tpe")


def tuned(workshop: Workshop, learner: str, ranges: dict[str, Any], **more: Any) -> dict[str, Path]:
    inputs = {"training_dataset": workshop.put(cars())} | more.pop("inputs", {})
    untrained = workshop.run(learner, ranges)["untrained_model"]
    parameters = {"label_column": LABELS[learner], "maximum_number_of_runs": 6, "number_of_folds": 2} | more
    return workshop.run("tune_model_hyperparameters", parameters, untrained_model=untrained, **inputs)


def sweep(outputs: dict[str, Path]) -> Sweep:
    found = msgspec.json.decode((outputs["sweep_results"] / FINDING_FILE).read_bytes(), type=Finding)
    assert isinstance(found, Sweep)
    return found


@pytest.mark.parametrize(("mode", "trials"), [("entire_grid", 12), ("random_sweep", 6), ("random_grid", 6), ("tpe", 6)])
def test_each_mode_tries_what_it_says_and_keeps_the_best(workshop: Workshop, mode: str, trials: int) -> None:
    outputs = tuned(workshop, "boosted_decision_tree_regression", RANGES, parameter_sweeping_mode=mode)
    found = sweep(outputs)
    errors = [trial.metrics["mean_absolute_error"] for trial in found.trials]
    assert [trial.number for trial in found.trials] == list(range(1, trials + 1))
    assert errors[found.best - 1] == min(errors)
    manifest = load_model(outputs["trained_best_model"]).manifest
    best = found.trials[found.best - 1].values
    assert {name: manifest.parameters[name] for name in best} == best
    assert not manifest.broken
    assert manifest.trained_rows == 120


@pytest.mark.parametrize("mode", MODES)
def test_equal_seeds_give_equal_bytes(workshop: Workshop, mode: str) -> None:
    first, second = (
        tuned(workshop, "boosted_decision_tree_regression", RANGES, parameter_sweeping_mode=mode, random_seed=3)
        for _time in range(2)
    )
    assert digest(first["sweep_results"]) == digest(second["sweep_results"])
    assert digest(first["trained_best_model"]) == digest(second["trained_best_model"])


def test_a_validation_table_replaces_the_folds(workshop: Workshop) -> None:
    inputs = {"validation_dataset": workshop.put(cars().tail(30))}
    found = sweep(tuned(workshop, "boosted_decision_tree_regression", RANGES, inputs=inputs))
    assert found.folds == 0
    assert not any(trial.spread for trial in found.trials)


def test_random_sweeps_draw_between_the_ends_of_each_range(workshop: Workshop) -> None:
    ranges = RANGES | {"learning_rate_range": "0.001; 1"}
    found = sweep(tuned(workshop, "boosted_decision_tree_regression", ranges, maximum_number_of_runs=10))
    rates = [trial.values["learning_rate"] for trial in found.trials]
    assert all(0.001 <= rate <= 1 for rate in rates)
    assert len(set(rates)) == 10
    assert next(each for each in found.choosable if each.name == "learning_rate").logarithmic


def test_a_learner_with_single_values_is_tried_over_the_ranges_of_its_kind(workshop: Workshop) -> None:
    found = sweep(tuned(workshop, "two_class_logistic_regression", {}, maximum_number_of_runs=3))
    assert len({tuple(trial.values.values()) for trial in found.trials}) == 3
    assert "ParameterRange" in found.notes[0]


def test_classes_are_measured_by_the_chosen_metric(workshop: Workshop) -> None:
    parameters = {"metric_for_measuring_performance_for_classification": "auc"}
    outputs = tuned(workshop, "two_class_logistic_regression", {}, **parameters)
    assert sweep(outputs).metric == "auc"
    assert workshop.table(outputs["sweep_results"]).frame["auc"].is_sorted(descending=True)
    assert workshop.report.metrics["best_auc"] == max(trial.metrics["auc"] for trial in sweep(outputs).trials)


@pytest.mark.filterwarnings("ignore:overflow")
def test_a_trial_that_fails_is_a_row_with_its_reason(workshop: Workshop) -> None:
    ranges = {
        "create_trainer_mode": "parameter_range",
        "solution_method": "online_gradient_descent",
        "normalize_features": False,
        "learning_rate_range": "0.0001; 1e300",
    }
    outputs = tuned(workshop, "linear_regression", ranges, parameter_sweeping_mode="entire_grid")
    failed = [trial for trial in sweep(outputs).trials if trial.state == "failed"]
    assert failed
    assert all(trial.reason for trial in failed)
    assert workshop.table(outputs["sweep_results"]).frame["State"].to_list()[0] == "completed"


def test_what_fails_every_trial_is_told_as_after_train_model(workshop: Workshop) -> None:
    inputs = {"training_dataset": workshop.put(cars(gaps=True))}
    with pytest.raises(Refusal) as caught:
        tuned(workshop, "two_class_logistic_regression", {}, inputs=inputs)
    assert caught.value.code == "missing_values"


def test_hopeless_trials_end_between_the_folds(workshop: Workshop) -> None:
    ranges = RANGES | {"learning_rate_range": "0.3; 0.2; 0.1; 0.01; 0.001; 0.0001"}
    more = {"parameter_sweeping_mode": "random_grid", "maximum_number_of_runs": 24, "number_of_folds": 4}
    found = sweep(tuned(workshop, "boosted_decision_tree_regression", ranges, stop_hopeless_trials=True, **more))
    stopped = [trial for trial in found.trials if trial.state == "stopped"]
    assert stopped
    assert all("Worse than half" in trial.reason for trial in stopped)


def test_a_time_that_is_over_ends_the_sweep_and_says_so(workshop: Workshop) -> None:
    more = {"time_budget_in_minutes": 0.02, "maximum_number_of_runs": 5_000}
    found = sweep(
        tuned(workshop, "boosted_decision_tree_regression", RANGES | {"learning_rate_range": "0.01; 1"}, **more)
    )
    assert len(found.trials) < 5_000
    assert "The time was over" in found.notes[-1]


def test_a_validation_table_without_a_column_is_refused(workshop: Workshop) -> None:
    inputs = {"validation_dataset": workshop.put(cars().drop("power"))}
    with pytest.raises(Refusal) as caught:
        tuned(workshop, "boosted_decision_tree_regression", RANGES, inputs=inputs)
    assert (caught.value.code, caught.value.where.port) == ("column_not_found", "validation_dataset")
